import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type EngineName,
  gelu,
  geluTanh,
  layerNorm,
  MASKED_SCORE,
  rmsNorm,
  scaledDotProductAttention,
  selectEngine,
  silu,
  softmaxCrossEntropy,
} from '../src/index';

type Nested = number[] | Nested[];

interface Expected {
  x: number[][];
  weight: number[];
  bias: number[];
  upstream: number[][];
  labels: number[];
  labelWeights: number[];
  cases: Record<string, { output: Nested; gradients: Nested[] }>;
  attention: Record<'q' | 'k' | 'v' | 'upstream' | 'output', Nested> & { gradients: Nested[] };
}

/** Numbers of PyTorch, see tools/reference/generate.py. */
const expected = JSON.parse(
  readFileSync(new URL('./expected/operations.json', import.meta.url), 'utf8'),
) as Expected;

function expectClose(actual: tf.Tensor, wanted: Nested, tolerance = 2e-5): void {
  const values = actual.dataSync();
  const flat = (wanted as number[]).flat(Infinity);
  expect(values).toHaveLength(flat.length);
  flat.forEach((value, index) => {
    expect(Math.abs((values[index] as number) - value)).toBeLessThan(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

/** Runs every operation and its gradient on one engine against PyTorch. */
export function describeOperations(engine: EngineName): void {
  describe(`operations on ${engine}`, () => {
    beforeAll(async () => {
      await selectEngine(engine);
    });

    const x = () => tf.tensor2d(expected.x);
    const weight = () => tf.tensor1d(expected.weight);
    const bias = () => tf.tensor1d(expected.bias);
    const functions: Record<
      string,
      { inputs: () => tf.Tensor[]; run: (...t: tf.Tensor[]) => tf.Tensor }
    > = {
      layerNorm: {
        inputs: () => [x(), weight(), bias()],
        run: (input, w, b) =>
          layerNorm(input as tf.Tensor, {
            weight: w as tf.Tensor,
            bias: b as tf.Tensor,
            epsilon: 1e-5,
          }),
      },
      rmsNorm: {
        inputs: () => [x(), weight()],
        run: (input, w) => rmsNorm(input as tf.Tensor, { weight: w as tf.Tensor, epsilon: 1e-5 }),
      },
      gelu: { inputs: () => [x()], run: (input) => gelu(input as tf.Tensor) },
      geluTanh: { inputs: () => [x()], run: (input) => geluTanh(input as tf.Tensor) },
      silu: { inputs: () => [x()], run: (input) => silu(input as tf.Tensor) },
      softmaxCrossEntropy: {
        inputs: () => [x()],
        run: (input) =>
          softmaxCrossEntropy(input as tf.Tensor2D, tf.tensor1d(expected.labels, 'int32')),
      },
    };

    it.each(Object.keys(functions))('%s equals PyTorch, forward and backward', (name) => {
      const { inputs, run } = functions[name] as (typeof functions)[string];
      const { output, gradients } = expected.cases[name] as { output: Nested; gradients: Nested[] };
      const upstream =
        name === 'softmaxCrossEntropy'
          ? tf.tensor1d(expected.labelWeights)
          : tf.tensor2d(expected.upstream);
      expectClose(run(...inputs()), output);
      const actual = tf.grads((...values: tf.Tensor[]) => tf.sum(tf.mul(run(...values), upstream)))(
        inputs(),
      );
      expect(actual).toHaveLength(gradients.length);
      actual.forEach((gradient, index) => expectClose(gradient, gradients[index] as Nested));
    });

    it('grouped-query attention with a causal mask equals PyTorch, forward and backward', () => {
      const { q, k, v, upstream, output, gradients } = expected.attention;
      const causal = tf.tensor2d([
        [0, MASKED_SCORE, MASKED_SCORE],
        [0, 0, MASKED_SCORE],
        [0, 0, 0],
      ]);
      const attend = (...[qs, ks, vs]: tf.Tensor[]): tf.Tensor =>
        scaledDotProductAttention(qs as tf.Tensor4D, ks as tf.Tensor4D, {
          v: vs as tf.Tensor4D,
          bias: causal,
        });
      const inputs = [q, k, v].map((values) => tf.tensor(values));
      expectClose(attend(...inputs), output);
      const actual = tf.grads((...values: tf.Tensor[]) =>
        tf.sum(tf.mul(attend(...values), tf.tensor(upstream))),
      )(inputs);
      actual.forEach((gradient, index) => expectClose(gradient, gradients[index] as Nested));
    });
  });
}
