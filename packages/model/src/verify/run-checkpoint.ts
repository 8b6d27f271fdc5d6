import {
  type HiddenStates,
  loadDinov3Transformer,
  loadM3dClipTransformer,
  loadSiglipTransformer,
  loadVideoMaeTransformer,
  loadVideoMaeV2Transformer,
  loadWanVaeNetwork,
} from '@omnict/encoding';
import { type CausalDecoder, loadCausalDecoder, loadTextEncoder, TextGenerator } from '@omnict/llm';
import { ConfigError, MissingDataError, ShapeError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { OPEN_CLIP_TYPE } from './checkpoint-kind';
import { includesPrompt } from './greedy';
import { runClipPair } from './run-clip-pair';

/** Tensors by the names Hugging Face models give their inputs or outputs. */
export type CheckpointTensors = Record<string, tf.Tensor>;

/** Runs a checkpoint on inputs. `expected` are the outputs it will be compared with. */
export type CheckpointRunner = (
  folder: string,
  inputs: CheckpointTensors,
  expected: ReadonlyMap<string, tf.Tensor>,
) => Promise<CheckpointTensors>;

/** Runner of each architecture, by `model_type` (diffusers: `_class_name`) in config.json. */
export const CHECKPOINT_RUNNERS: Readonly<Record<string, CheckpointRunner>> = {
  siglip: vision(loadSiglipTransformer),
  siglip_vision_model: vision(loadSiglipTransformer),
  dinov3_vit: vision(loadDinov3Transformer),
  videomae: vision(loadVideoMaeTransformer),
  VideoMAEv2_Base: vision(loadVideoMaeV2Transformer),
  VideoMAEv2_Large: vision(loadVideoMaeV2Transformer),
  VideoMAEv2_Huge: vision(loadVideoMaeV2Transformer),
  VideoMAEv2_Giant: vision(loadVideoMaeV2Transformer),
  m3d_clip: vision(loadM3dClipTransformer),
  AutoencoderKLWan: runWanVae,
  qwen2: runLanguageModel,
  phi3: runLanguageModel,
  bert: runTextEncoder,
  roberta: runTextEncoder,
  [OPEN_CLIP_TYPE]: runClipPair,
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
    const tokenTypeIds = inputs['token_type_ids'] as tf.Tensor2D | undefined;
    const attentionMask = maskOf(inputs, ids.shape);
    const layers = encoder.hiddenStates({ ids, attentionMask, tokenTypeIds });
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
  expected: ReadonlyMap<string, tf.Tensor>,
): Promise<CheckpointTensors> {
  const { inputs_embeds: embeddings } = inputs;
  const ids = embeddings === undefined ? required(inputs, 'input_ids') : inputs['input_ids'];
  const model = await loadCausalDecoder(folder);
  const outputs: CheckpointTensors = {};
  if (embeddings !== undefined) {
    Object.assign(outputs, forward(model, embeddings as tf.Tensor3D, inputs));
    outputs['logits_from_embeds'] = outputs['logits'] as tf.Tensor;
  }
  const prompt =
    ids === undefined
      ? (embeddings as tf.Tensor3D)
      : tf.tidy(() => model.embed(ids as tf.Tensor2D));
  // Where both are given, only logits_from_embeds is said of the embeddings.
  if (ids !== undefined) Object.assign(outputs, forward(model, prompt, inputs));
  const greedy = expected.get('greedy');
  if (greedy !== undefined) {
    outputs['greedy'] = await generate(model, { prompt, ids, inputs, expected: greedy });
  }
  if (ids !== undefined) prompt.dispose();
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

/**
 * Tokens after the prompt; with the prompt before them when the expected tensor has it. Of as many prompts
 * as the expected tensor has rows.
 *
 * @throws ShapeError when it has more
 */
async function generate(
  model: CausalDecoder,
  options: {
    prompt: tf.Tensor3D;
    ids: tf.Tensor | undefined;
    inputs: CheckpointTensors;
    expected: tf.Tensor;
  },
): Promise<tf.Tensor> {
  const { prompt, ids, inputs, expected } = options;
  const [batch, length] = prompt.shape;
  const mask = tf.tidy(() => maskOf(inputs, [batch, length]));
  const attentionMask = Int32Array.from(await mask.data());
  mask.dispose();
  const prompts = (await ids?.array()) as number[][] | undefined;
  const width = expected.shape.at(-1) as number;
  const rows = (await tf.reshape(expected, [-1, width]).array()) as number[][];
  if (rows.length > batch) {
    throw new ShapeError(
      `greedy: holds ${rows.length} rows; expected at most ${batch}, as the inputs have; write the inputs of all rows`,
    );
  }
  const expectsPrompt = includesPrompt(rows, prompts);
  const generator = new TextGenerator(model);
  const embeddings = tf.slice(prompt, [0, 0, 0], [rows.length, -1, -1]);
  const answers = await generator.generate(
    { embeddings, attentionMask: attentionMask.slice(0, rows.length * length) },
    { maxNewTokens: expectsPrompt ? width - length : width, stopIds: [] },
  );
  generator.dispose();
  embeddings.dispose();
  const full = answers.map((answer, row) =>
    expectsPrompt ? [...(prompts?.[row] ?? []), ...answer] : answer,
  );
  return tf.tensor(full.flat(), expected.shape, 'int32');
}

/** States under the names that Hugging Face gives them. */
function namedStates({ last, layers }: HiddenStates): CheckpointTensors {
  const beforeLast = layers.at(-2);
  return {
    last_hidden_state: last,
    // Of a single layer it is the input, which has another owner.
    ...(beforeLast === undefined ? {} : { hidden_state_minus2: tf.clone(beforeLast) }),
  };
}

/** The mask given for inputs of this shape; all tokens count when there is none. */
function maskOf(
  inputs: CheckpointTensors,
  [batch, length]: readonly [number, number],
): tf.Tensor2D {
  const mask = inputs['attention_mask'];
  const fits = mask?.shape.join() === [batch, length].join();
  return fits ? tf.cast(mask as tf.Tensor2D, 'int32') : tf.ones([batch, length], 'int32');
}

function required(inputs: CheckpointTensors, name: string): tf.Tensor {
  const tensor = inputs[name];
  if (tensor !== undefined) return tensor;
  throw new MissingDataError(
    `input '${name}' is missing; expected it in the io file; got ${Object.keys(inputs).join(', ') || 'none'}`,
  );
}
