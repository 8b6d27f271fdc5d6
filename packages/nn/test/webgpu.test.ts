import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  compile,
  gelu,
  layerNorm,
  Linear,
  rmsNorm,
  selectEngine,
  softmaxCrossEntropy,
} from '../src/index';
import { Random } from '@omnict/core';

// CI names a software driver (Chromium's SwiftShader); other machines may have no adapter at all.
const reason = await selectEngine('webgpu').then(
  () => undefined,
  (error: unknown) => (error as Error).message,
);

interface Case {
  output: number[][] | number[];
  gradients: (number[][] | number[])[];
}

/** Numbers of PyTorch, see tools/reference/generate.py. */
const { x, weight, bias, upstream, labels, labelWeights, cases } = JSON.parse(
  readFileSync(new URL('./expected/operations.json', import.meta.url), 'utf8'),
) as {
  x: number[][];
  weight: number[];
  bias: number[];
  upstream: number[][];
  labels: number[];
  labelWeights: number[];
  cases: Record<'layerNorm' | 'rmsNorm' | 'gelu' | 'softmaxCrossEntropy', Case>;
};

async function expectClose(actual: tf.Tensor, wanted: Case['output']): Promise<void> {
  const values = await actual.data();
  (wanted as number[]).flat(2).forEach((value, index) => {
    expect(Math.abs((values[index] as number) - value)).toBeLessThan(
      2e-5 * Math.max(1, Math.abs(value)),
    );
  });
}

if (reason !== undefined && process.env['CI'] !== 'true') {
  it.skip(`WebGPU: ${reason}`);
} else {
  it.each([
    ['gelu', [tf.tensor2d(x)], (a: tf.Tensor) => gelu(a)],
    [
      'layerNorm',
      [tf.tensor2d(x), tf.tensor1d(weight), tf.tensor1d(bias)],
      (a: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
        layerNorm(a, { weight: w, bias: b, epsilon: 1e-5 }),
    ],
    [
      'rmsNorm',
      [tf.tensor2d(x), tf.tensor1d(weight)],
      (a: tf.Tensor, w: tf.Tensor) => rmsNorm(a, { weight: w, epsilon: 1e-5 }),
    ],
    [
      'softmaxCrossEntropy',
      [tf.tensor2d(x)],
      (a: tf.Tensor) => softmaxCrossEntropy(a as tf.Tensor2D, tf.tensor1d(labels, 'int32')),
    ],
  ] as [keyof typeof cases, tf.Tensor[], (...inputs: tf.Tensor[]) => tf.Tensor][])(
    '%s on WebGPU equals PyTorch, forward and backward',
    async (name, inputs, run) => {
      const { output, gradients } = cases[name];
      await expectClose(run(...inputs), output);
      const weights =
        name === 'softmaxCrossEntropy' ? tf.tensor1d(labelWeights) : tf.tensor2d(upstream);
      const actual = tf.grads((...values: tf.Tensor[]) => tf.sum(tf.mul(run(...values), weights)))(
        inputs,
      );
      for (const [index, gradient] of actual.entries()) {
        await expectClose(gradient, gradients[index] as number[]);
      }
    },
  );

  it('trains a layer through compile, which runs eagerly here', async () => {
    const layer = new Linear({ inFeatures: 3, outFeatures: 2, random: new Random(1) });
    const step = compile(({ input, wanted }: Record<'input' | 'wanted', tf.Tensor>) => {
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(tf.sub(layer.apply(input), wanted))) as tf.Scalar,
        layer.parameters(),
      );
      for (const parameter of layer.parameters()) {
        parameter.assign(tf.sub(parameter, tf.mul(grads[parameter.name] as tf.Tensor, 0.3)));
      }
      return { loss: value as tf.Tensor };
    });
    const inputs = { input: tf.eye(3), wanted: tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]) };
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) losses.push((await step(inputs).loss.data())[0] as number);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 20);
    expect(step.recordings()).toBe(0);
    const refused = compile(() => ({ y: tf.scalar(1) }), { precision: 'bf16' });
    expect(() => refused({})).toThrow(/expected the tensorflow engine, got 'webgpu'/);
  });
}
