import { type NamedTensors, selectEngine } from '@omnict/nn';
import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train, type TrainOptions } from './trainer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-train-'));
beforeAll(async () => {
  await selectEngine();
});
afterAll(() => rmSync(folder, { recursive: true }));

const SAMPLES = 24;
const random = new Random(1);
const xs = Array.from({ length: SAMPLES }, () => [random.normal(), random.normal(), 1]);
const ys = xs.map(([a = 0, b = 0]) => 2 * a - b + 0.5);

/** Least squares by gradient descent; every third sample counts double, as longer answers do. */
function regression(options: Partial<TrainOptions> & { config: TrainOptions['config'] }) {
  const weight = tf.variable(tf.tensor2d([[0], [0], [0]]));
  const done = train({
    seed: 7,
    modalities: xs.map((_, i) => (i % 2 === 0 ? 'slice' : 'volume')),
    parameters: new Map([['weight', weight]]),
    loss: ({ x, y, lossWeights }) => {
      const error = tf.sub(
        tf.matMul(x as tf.Tensor2D, weight as unknown as tf.Tensor2D),
        y as tf.Tensor,
      );
      return tf.sum(
        tf.mul(tf.squeeze(tf.square(error), [1]), lossWeights as tf.Tensor),
      ) as tf.Scalar;
    },
    batchOf: (indices): NamedTensors => ({
      x: tf.tensor2d(indices.map((i) => xs[i] as number[])),
      y: tf.tensor2d(indices.map((i) => [ys[i] as number])),
      lossWeights: tf.tensor1d(indices.map((i) => (i % 3 === 0 ? 2 : 1))),
    }),
    ...options,
  });
  return { weight, done };
}

const CONFIG = {
  learningRate: 0.05,
  epochs: 10,
  batchSize: 8,
  warmupRatio: 0.1,
  weightDecay: 0.01,
  maxGradientNorm: 1,
  checkpointEvery: 4,
};

describe('train', () => {
  it('learns', async () => {
    const { weight, done } = regression({ config: { ...CONFIG, epochs: 150, weightDecay: 0 } });
    const losses = await done;
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 100);
    const [a, b, c] = weight.dataSync();
    expect([a, b, c].map((value) => Math.round(10 * (value as number)) / 10)).toEqual([2, -1, 0.5]);
  });

  it('leaves alone what the loss does not depend on', async () => {
    const [weight, unused] = [tf.variable(tf.zeros([3, 1])), tf.variable(tf.ones([2]))];
    const parameters = new Map([
      ['weight', weight as tf.Variable],
      ['unused', unused as tf.Variable],
    ]);
    const loss = ({ x }: NamedTensors): tf.Scalar =>
      tf.sum(tf.square(tf.sub(tf.matMul(x as tf.Tensor2D, weight as unknown as tf.Tensor2D), 1)));
    await regression({ config: { ...CONFIG, weightDecay: 0 }, parameters, loss }).done;
    expect([...unused.dataSync()]).toEqual([1, 1]);
    expect(weight.dataSync()[2]).toBeGreaterThan(0.1);
  });

  it('resumes to the same parameters, bit for bit', async () => {
    const whole = regression({ config: CONFIG });
    await whole.done;

    const checkpoints = join(folder, 'resume');
    const stop = new AbortController();
    const stopped = regression({
      config: CONFIG,
      checkpoints,
      signal: stop.signal,
      onStep: ({ step }) => {
        if (step === 14) stop.abort(new Error('stopped by the test'));
      },
    });
    await expect(stopped.done).rejects.toThrow('stopped by the test');
    expect(readdirSync(checkpoints).length).toBeGreaterThan(0);

    const steps: number[] = [];
    const resumed = regression({
      config: CONFIG,
      checkpoints,
      onStep: ({ step }) => steps.push(step),
    });
    await resumed.done;
    expect(steps[0]).toBe(15); // nothing is done twice
    expect(resumed.weight.dataSync()).toEqual(whole.weight.dataSync());
  });

  it('loses at most one interval when it is killed', async () => {
    const checkpoints = join(folder, 'killed');
    const broken = regression({
      config: CONFIG,
      checkpoints,
      onStep: ({ step }) => {
        if (step === 15) throw new Error('killed'); // no chance to save, as with kill -9
      },
    });
    await expect(broken.done).rejects.toThrow('killed');
    const steps: number[] = [];
    const resumed = regression({
      config: CONFIG,
      checkpoints,
      onStep: ({ step }) => steps.push(step),
    });
    await resumed.done;
    expect(steps[0]).toBe(13);
    const whole = regression({ config: CONFIG });
    await whole.done;
    expect(resumed.weight.dataSync()).toEqual(whole.weight.dataSync());
  });

  it('accumulates micro-batches to the step of the whole batch', async () => {
    const whole = regression({ config: CONFIG });
    const parts = regression({ config: { ...CONFIG, microBatchSize: 2 } });
    const [a, b] = [await whole.done, await parts.done];
    a.forEach((loss, i) => expect(b[i]).toBeCloseTo(loss, 4));
    const [left, right] = [whole.weight.dataSync(), parts.weight.dataSync()];
    left.forEach((value, i) => expect(right[i]).toBeCloseTo(value, 4));
  });

  it('stops when the loss is no number, and says where', async () => {
    const { done } = regression({
      config: CONFIG,
      batchOf: (indices) => ({
        x: tf.ones([indices.length, 3]),
        y: tf.fill([indices.length, 1], NaN),
        lossWeights: tf.ones([indices.length]),
      }),
    });
    await expect(done).rejects.toThrow(/loss of step 1 is NaN.*samples are \d+.*learningRate/);
  });
});
