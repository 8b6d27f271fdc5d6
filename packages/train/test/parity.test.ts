import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { AdamW, clipGradients, warmupCosine } from '../src/index';

interface Step {
  gradients: [number[][], number[]];
  norm: number;
  learningRate: number;
  matrix: number[][];
  bias: number[];
}

/** torch.optim.AdamW, clip_grad_norm_ and transformers' schedule: tools/reference/generate.py. */
const { start, steps, weightDecay, maxNorm } = JSON.parse(
  readFileSync(new URL('./expected/optimizer.json', import.meta.url), 'utf8'),
) as {
  start: { matrix: number[][]; bias: number[] };
  steps: Step[];
  weightDecay: number;
  maxNorm: number;
};

function expectClose(actual: tf.Tensor, wanted: readonly number[]): void {
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - (wanted[i] as number))).toBeLessThan(2e-6);
  });
}

describe('optimizer against PyTorch', () => {
  beforeAll(async () => {
    await selectEngine();
  });

  it('takes the same twelve steps: schedule, clipping, AdamW with decay of matrices only', () => {
    const matrix = tf.variable(tf.tensor2d(start.matrix));
    const bias = tf.variable(tf.tensor1d(start.bias));
    const optimizer = new AdamW(
      new Map<string, tf.Variable>([
        ['matrix', matrix],
        ['bias', bias],
      ]),
      { weightDecay },
    );
    steps.forEach(({ gradients: [ofMatrix, ofBias], ...step }, index) => {
      const rate = warmupCosine(index, { learningRate: 0.05, totalSteps: 12, warmupRatio: 2 / 12 });
      expect(rate).toBeCloseTo(step.learningRate, 7);
      const gradients = new Map<string, tf.Tensor>([
        ['matrix', tf.tensor2d(ofMatrix)],
        ['bias', tf.tensor1d(ofBias)],
      ]);
      const { clipped, norm } = clipGradients(gradients, maxNorm);
      expect(norm.dataSync()[0]).toBeCloseTo(step.norm, 4);
      optimizer.apply(clipped, optimizer.scalars(index + 1, rate));
      expectClose(matrix, step.matrix.flat());
      expectClose(bias, step.bias);
    });
  });
});
