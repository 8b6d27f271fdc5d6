import { gatherRows, readSafetensors, selectEngine, softmaxCrossEntropy } from '@omnict/nn';
import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CausalDecoder,
  loadCausalDecoder,
  loadLoraAdapter,
  loraParameters,
} from '../src/index';

/** Gradients of PyTorch's autograd: tools/reference/gradients.py. */
const EXPECTED = fileURLToPath(new URL('./expected/gradients', import.meta.url));

/** Tokens at the end of each row that the loss is of. */
const PREDICTED = 4;

/** Length of the step of a finite difference: small enough for float32 to follow the curve. */
const STEP = 2e-3;

type Tensors = Map<string, tf.Tensor>;

/** Every parameter's gradient on one engine; undefined for the best there is. */
export function describeGradients(engine?: 'wasm'): void {
  describe(`gradients of language models on engine ${engine ?? 'of choice'}`, () => {
    beforeAll(async () => {
      await selectEngine(engine);
    });

    it.each(['qwen2', 'qwen2-tied', 'phi3'])('of all of %s', async (name) => {
      const io = await readSafetensors(join(EXPECTED, name, 'io.safetensors'));
      const model = await loadCausalDecoder(join(EXPECTED, name));
      checkGradients(model.namedParameters(), { loss: () => lossOf(model, io), io });
      model.dispose();
    });

    it('of a low-rank update', async () => {
      const folder = join(EXPECTED, 'lora');
      const io = await readSafetensors(join(folder, 'io.safetensors'));
      const model = await loadCausalDecoder(join(folder, 'base'));
      await loadLoraAdapter(folder, model);
      const parameters = [...loraParameters(model)].map(
        ([path, variable]) => [path.replace(/\.lora\.lora_([ab])$/, pefts), variable] as const,
      );
      checkGradients(new Map(parameters), { loss: () => lossOf(model, io), io });
      model.dispose();
    });
  });
}

/** PEFT's name of a part of an update. */
function pefts(_: string, part: string): string {
  return `.lora_${part.toUpperCase()}.weight`;
}

/** Mean cross-entropy of the last tokens, as the reference computes it. */
function lossOf(model: CausalDecoder, io: Tensors): tf.Scalar {
  const ids = io.get('input_ids') as tf.Tensor2D;
  const attentionMask = io.get('attention_mask') as tf.Tensor2D;
  const [batch, length] = ids.shape;
  const counted = tf.sub(tf.cumsum(attentionMask, 1), 1);
  const positions = tf.cast(tf.maximum(counted, 0), 'int32') as tf.Tensor2D;
  const { hidden } = model.forward({ embeddings: model.embed(ids), positions, attentionMask });
  const rows = tf.reshape(hidden, [batch * length, model.hiddenSize]) as tf.Tensor2D; // [B*T, E]
  const places = Array.from({ length: batch * PREDICTED }, (_, i) => {
    const row = Math.floor(i / PREDICTED);
    return row * length + length - 1 - PREDICTED + (i % PREDICTED);
  });
  const predicting = gatherRows(rows, tf.tensor1d(places, 'int32')); // [B*4, E]
  const labels = tf.reshape(tf.slice(ids, [0, length - PREDICTED], [batch, PREDICTED]), [-1]);
  return tf.mean(softmaxCrossEntropy(model.logits(predicting), labels as tf.Tensor1D));
}

/** Compares with the reference's gradients, and with the slope of the loss itself. */
function checkGradients(
  parameters: ReadonlyMap<string, tf.Variable>,
  { loss, io }: { loss: () => tf.Scalar; io: Tensors },
): void {
  const expected = [...io.keys()].filter((name) => name.startsWith('gradient.'));
  expect([...parameters.keys()].map((name) => `gradient.${name}`).sort()).toEqual(expected.sort());
  const { value, grads } = tf.variableGrads(loss, [...parameters.values()]);
  expect(value.dataSync()[0]).toBeCloseTo(io.get('loss')?.dataSync()[0] as number, 4);
  const random = new Random('directions');
  for (const [name, variable] of parameters) {
    const actual = grads[variable.name] as tf.Tensor;
    const wanted = io.get(`gradient.${name}`) as tf.Tensor;
    expect(actual.shape, name).toEqual(wanted.shape);
    const scale = Math.max(scalar(tf.max(tf.abs(wanted))), 1e-3);
    expect(scalar(tf.max(tf.abs(tf.sub(actual, wanted)))) / scale, name).toBeLessThan(1e-3);

    const direction = tf.tensor(
      Float32Array.from({ length: variable.size }, () => random.normal()),
      variable.shape,
    );
    const slope = slopeAlong(variable, direction, loss);
    const predicted = scalar(tf.sum(tf.mul(actual, direction)));
    const size = scalar(tf.norm(actual)) * Math.sqrt(variable.size / 10);
    expect(Math.abs(slope - predicted), name).toBeLessThan(0.02 * Math.max(size, 0.02));
  }
}

/** Central difference of a loss along a direction of one parameter. */
function slopeAlong(variable: tf.Variable, direction: tf.Tensor, loss: () => tf.Scalar): number {
  const start = variable.clone();
  const at = (step: number): number => {
    variable.assign(tf.add(start, tf.mul(direction, step)));
    return scalar(tf.tidy(loss));
  };
  const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
  variable.assign(start);
  return slope;
}

function scalar(tensor: tf.Tensor): number {
  return tensor.dataSync()[0] as number;
}
