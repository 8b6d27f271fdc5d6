import { type NamedTensors, selectEngine, supportsBfloat16 } from '@omnict/nn';
import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainStageConfig } from './config';
import { type StepReport, train, type TrainOptions } from './trainer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-train-options-'));
beforeAll(async () => {
  await selectEngine();
});
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG: TrainStageConfig = {
  learningRate: 0.05,
  epochs: 10,
  batchSize: 8,
  warmupRatio: 0.1,
  weightDecay: 0,
  maxGradientNorm: 1,
  checkpointEvery: 4,
};

const random = new Random(1);
const xs = Array.from({ length: 24 }, () => [random.normal(), random.normal(), 1]);
const ys = xs.map(([a = 0, b = 0]) => 2 * a - b + 0.5);

/** Least squares; targets of the validation may differ, so that it gets worse as training goes on. */
function regression(config: Partial<TrainStageConfig>, options: Partial<TrainOptions> = {}) {
  const weight = tf.tidy(() => tf.variable(tf.zeros([3, 1]))) as tf.Variable<tf.Rank.R2>;
  const batchOf =
    (sign: number) =>
    (indices: readonly number[]): NamedTensors => ({
      x: tf.tensor2d(indices.map((i) => xs[i] as number[])),
      y: tf.tensor2d(indices.map((i) => [sign * (ys[i] as number)])),
      lossWeights: tf.ones([indices.length]),
    });
  const reports: StepReport[] = [];
  const done = train({
    config: { ...CONFIG, ...config },
    seed: 7,
    modalities: xs.map((_, i) => (i % 2 === 0 ? 'slice' : 'volume')),
    lengths: xs.map((_, i) => i),
    parameters: new Map([['weight', weight]]),
    loss: ({ x, y, lossWeights }) => {
      const error = tf.sub(tf.matMul(x as tf.Tensor2D, weight), y as tf.Tensor);
      const squares = tf.squeeze(tf.square(error), [1]);
      return tf.sum(tf.mul(squares, lossWeights as tf.Tensor)) as tf.Scalar;
    },
    batchOf: batchOf(1),
    validation: { size: 24, batchOf: batchOf(-1) },
    ...options,
    onStep: (report) => {
      reports.push(report);
      options.onStep?.(report);
    },
  });
  return { weight, done, reports };
}

describe('train, by its options', () => {
  it('stops early with the best parameters, and says the validation loss', async () => {
    const { weight, done, reports } = regression({
      warmupRatio: 0,
      validation: { every: 1, share: 0.1, patience: 3 },
    });
    const losses = await done;
    expect(losses).toHaveLength(4); // the first is the best, three worse ones follow
    const validation = reports.map(({ validationLoss }) => validationLoss as number);
    expect(validation).toEqual([...validation].sort((a, b) => a - b));
    const once = regression({ epochs: 1 / 3, warmupRatio: 0 });
    await once.done;
    weight.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(once.weight.dataSync()[i] as number, 6);
    });
  });

  it('gives the average of the parameters', async () => {
    const steps: number[][] = [];
    const decay = 0.5;
    const { weight, done } = regression({ epochs: 2, ema: { decay } });
    await done;
    const trace = regression(
      { epochs: 2 },
      { onStep: () => steps.push(Array.from(trace.weight.dataSync())) },
    );
    await trace.done;
    const average = steps.reduce(
      (mean, step) => mean.map((value, i) => decay * value + (1 - decay) * (step[i] as number)),
      [0, 0, 0],
    );
    weight.dataSync().forEach((value, i) => expect(value).toBeCloseTo(average[i] as number, 5));
  });

  it.each([
    [
      'averages and validation',
      { ema: { decay: 0.9 }, validation: { every: 3, share: 0.1, patience: 50 } },
    ],
    ['micro-batches and buckets', { microBatchSize: 3, bucketByLength: true }],
    ['bfloat16', { precision: 'bf16' }],
  ] as const)('resumes bit for bit with %s', async (name, config) => {
    if (name === 'bfloat16' && !supportsBfloat16()) return;
    const whole = regression(config);
    await whole.done;
    const checkpoints = join(folder, name);
    const stop = new AbortController();
    const stopped = regression(config, {
      checkpoints,
      signal: stop.signal,
      onStep: ({ step }) => step === 13 && stop.abort(new Error('stopped by the test')),
    });
    await expect(stopped.done).rejects.toThrow('stopped by the test');
    const resumed = regression(config, { checkpoints });
    await resumed.done;
    expect(resumed.reports[0]?.step).toBe(14);
    expect(resumed.weight.dataSync()).toEqual(whole.weight.dataSync());
  });

  it('prepares the next batch before the present one is computed', async () => {
    const order: string[] = [];
    const { done, reports } = regression(
      { epochs: 1 },
      {
        batchOf: async (indices) => {
          order.push('asked');
          await new Promise((resolve) => setTimeout(resolve, 1));
          return {
            x: tf.tensor2d(indices.map((i) => xs[i] as number[])),
            y: tf.tensor2d(indices.map((i) => [ys[i] as number])),
            lossWeights: tf.ones([indices.length]),
            positions: tf.zeros([indices.length, 5], 'int32'),
          };
        },
        onStep: () => order.push('stepped'),
      },
    );
    await done;
    expect(order).toEqual(['asked', 'asked', 'stepped', 'asked', 'stepped', 'stepped']);
    const [report] = reports as [StepReport];
    expect(report.tokensPerSecond / report.samplesPerSecond).toBeCloseTo(5, 6);
    expect(report.dataWaitShare).toBeGreaterThan(0);
    expect(report.dataWaitShare).toBeLessThanOrEqual(1);
    expect(report.memoryMiB).toBeGreaterThan(10);
  });

  it('frees all tensors, also when it fails', async () => {
    await regression({ epochs: 1 }).done;
    const before = tf.memory().numTensors;
    const { weight, done } = regression(
      { ema: { decay: 0.9 } },
      {
        onStep: ({ step }) => {
          if (step === 2) throw new Error('failed by the test');
        },
      },
    );
    await expect(done).rejects.toThrow('failed by the test');
    weight.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
