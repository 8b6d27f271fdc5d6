import {
  type HiddenStates,
  loadDinov3Transformer,
  loadM3dClipTransformer,
  loadSiglipTransformer,
  loadVideoMaeTransformer,
  loadWanVaeNetwork,
} from '@omnict/encoding';
import { type CausalDecoder, loadCausalDecoder, loadTextEncoder, TextGenerator } from '@omnict/llm';
import { ConfigError, MissingDataError } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Tensors by the names Hugging Face models give their inputs or outputs. */
export type CheckpointTensors = Record<string, tf.Tensor>;

/** Runs a checkpoint on inputs. `wanted` are names and shapes of outputs to be computed. */
export type CheckpointRunner = (
  folder: string,
  inputs: CheckpointTensors,
  wanted: ReadonlyMap<string, readonly number[]>,
) => Promise<CheckpointTensors>;

/** Runner of each architecture, by `model_type` (diffusers: `_class_name`) in config.json. */
export const CHECKPOINT_RUNNERS: Readonly<Record<string, CheckpointRunner>> = {
  siglip: vision(loadSiglipTransformer),
  siglip_vision_model: vision(loadSiglipTransformer),
  dinov3_vit: vision(loadDinov3Transformer),
  videomae: vision(loadVideoMaeTransformer),
  m3d_clip: vision(loadM3dClipTransformer),
  AutoencoderKLWan: runWanVae,
  qwen2: runLanguageModel,
  phi3: runLanguageModel,
  bert: runTextEncoder,
  roberta: runTextEncoder,
};

/** @throws ConfigError when there is none. */
export function checkpointRunner(modelType: unknown, path: string): CheckpointRunner {
  const runner = CHECKPOINT_RUNNERS[String(modelType)];
  if (runner !== undefined) return runner;
  throw new ConfigError(
    `${path}: no architecture for model_type '${String(modelType)}'; expected one of ${Object.keys(CHECKPOINT_RUNNERS).join(', ')}`,
  );
}

interface VisionTransformer {
  apply(pixels: tf.Tensor): HiddenStates;
  dispose(): void;
}

function vision<T extends tf.Tensor>(
  load: (
    folder: string,
  ) => Promise<{ transformer: { apply(pixels: T): HiddenStates; dispose(): void } }>,
): CheckpointRunner {
  return async (folder, inputs) => {
    const pixels = required(inputs, 'pixel_values');
    const transformer = (await load(folder)).transformer as VisionTransformer;
    const outputs = tf.tidy(() => namedStates(transformer.apply(pixels)));
    transformer.dispose();
    return outputs;
  };
}

/** Frames `[B, 3, T, H, W]` to latent means `[B, z, T', H', W']`, as diffusers lays both out. */
async function runWanVae(folder: string, inputs: CheckpointTensors): Promise<CheckpointTensors> {
  const pixels = required(inputs, 'pixel_values');
  const { network } = await loadWanVaeNetwork(folder);
  const outputs = tf.tidy(() => {
    const frames = tf.transpose(pixels, [0, 2, 3, 4, 1]) as tf.Tensor5D; // [B, T, H, W, 3]
    const latents = network.apply(frames); // [B, T', H', W', z]
    return { last_hidden_state: tf.transpose(latents, [0, 4, 1, 2, 3]) }; // [B, z, T', H', W']
  });
  network.dispose();
  return outputs;
}

async function runTextEncoder(
  folder: string,
  inputs: CheckpointTensors,
): Promise<CheckpointTensors> {
  const ids = required(inputs, 'input_ids') as tf.Tensor2D;
  const encoder = await loadTextEncoder(folder);
  const outputs = tf.tidy(() => {
    const layers = encoder.hiddenStates({ ids, attentionMask: maskOf(inputs, ids.shape) });
    const last = layers.at(-1) as tf.Tensor3D;
    const logits = encoder.classify(last);
    return { ...namedStates({ last, layers }), ...(logits === undefined ? {} : { logits }) };
  });
  encoder.dispose();
  return outputs;
}

async function runLanguageModel(
  folder: string,
  inputs: CheckpointTensors,
  wanted: ReadonlyMap<string, readonly number[]>,
): Promise<CheckpointTensors> {
  const model = await loadCausalDecoder(folder);
  const { input_ids: ids, inputs_embeds: embeddings } = inputs;
  if (ids === undefined && embeddings === undefined) required(inputs, 'input_ids');
  const outputs: CheckpointTensors = {};
  if (ids !== undefined) {
    const given = tf.tidy(() => model.embed(ids as tf.Tensor2D));
    Object.assign(outputs, forward(model, given, inputs));
    const greedy = wanted.get('greedy');
    if (greedy !== undefined) {
      outputs['greedy'] = await generate(model, { given, ids, inputs, shape: greedy });
    }
    given.dispose();
  }
  if (embeddings !== undefined) {
    const named = forward(model, embeddings as tf.Tensor3D, inputs);
    if (ids === undefined) Object.assign(outputs, named);
    outputs['logits_from_embeds'] = named['logits'] as tf.Tensor;
  }
  model.dispose();
  return outputs;
}

function forward(
  model: CausalDecoder,
  embeddings: tf.Tensor3D,
  inputs: CheckpointTensors,
): CheckpointTensors {
  return tf.tidy(() => {
    const [batch, length, size] = embeddings.shape;
    const attentionMask = maskOf(inputs, [batch, length]);
    const counted = tf.maximum(tf.sub(tf.cumsum(attentionMask, 1), 1), 0);
    const positions = tf.cast(counted, 'int32') as tf.Tensor2D;
    const { hidden, layers } = model.forward({ embeddings, positions, attentionMask });
    const logits = model.logits(tf.reshape(hidden, [batch * length, size])); // [B*T, V]
    return {
      ...namedStates({ last: hidden, layers }),
      logits: tf.reshape(logits, [batch, length, -1]), // [B, T, V]
    };
  });
}

/** Tokens after the prompt; with the prompt before them when the expected tensor has it. */
async function generate(
  model: CausalDecoder,
  options: {
    given: tf.Tensor3D;
    ids: tf.Tensor;
    inputs: CheckpointTensors;
    shape: readonly number[];
  },
): Promise<tf.Tensor> {
  const { given, ids, inputs, shape } = options;
  const [batch, length] = given.shape;
  const mask = tf.tidy(() => maskOf(inputs, [batch, length]));
  const attentionMask = Int32Array.from(await mask.data());
  mask.dispose();
  const prompts = (await ids.array()) as number[][];
  const width = shape.at(-1) as number;
  const expectsPrompt = shape.length === 2 && width > length;
  const generator = new TextGenerator(model);
  const answers = await generator.generate(
    { embeddings: given, attentionMask },
    { maxNewTokens: expectsPrompt ? width - length : width, stopIds: [] },
  );
  generator.dispose();
  const rows = answers.map((answer, row) =>
    expectsPrompt ? [...(prompts[row] as number[]), ...answer] : answer,
  );
  return shape.length === 1
    ? tf.tensor1d(rows[0] as number[], 'int32')
    : tf.tensor2d(rows, undefined, 'int32');
}

/** States under the names that Hugging Face gives them. */
function namedStates({ last, layers }: HiddenStates): CheckpointTensors {
  const beforeLast = layers.at(-2);
  return {
    last_hidden_state: last,
    ...(beforeLast === undefined ? {} : { hidden_state_minus2: beforeLast }),
  };
}

function maskOf(inputs: CheckpointTensors, shape: readonly number[]): tf.Tensor2D {
  const mask = inputs['attention_mask'];
  const given = mask === undefined ? tf.ones([...shape], 'int32') : tf.cast(mask, 'int32');
  return given as tf.Tensor2D;
}

function required(inputs: CheckpointTensors, name: string): tf.Tensor {
  const tensor = inputs[name];
  if (tensor !== undefined) return tensor;
  throw new MissingDataError(
    `input '${name}' is missing; expected it in the io file; got ${Object.keys(inputs).join(', ') || 'none'}`,
  );
}
