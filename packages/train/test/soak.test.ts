import { Linear, selectEngine, supportsBfloat16 } from '@omnict/nn';
import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { TrainingStep } from '../src/index';

await selectEngine();

/** Many short steps of changing shape; benchmarks/soak is the long version, in a process of its own. */
it.each(['f32', 'bf16'] as const)('200 steps in %s leave no tensor behind', async (precision) => {
  if (precision === 'bf16' && !supportsBfloat16()) return;
  const random = new Random(precision);
  const layer = new Linear({ inFeatures: 8, outFeatures: 4, random });
  const step = new TrainingStep({
    parameters: layer.namedParameters(),
    loss: ({ x, y }) => tf.sum(tf.square(tf.sub(layer.apply(x as tf.Tensor), y as tf.Tensor))),
    weightDecay: 0.01,
    maxGradientNorm: 1,
    precision,
    emaDecay: 0.9,
  });
  const batch = (rows: number) => {
    const values = Float32Array.from({ length: rows * 8 }, () => random.normal());
    const x = tf.tensor2d(values, [rows, 8]);
    return { x, y: tf.slice(x, [0, 0], [rows, 4]), lossWeights: tf.ones([rows]) };
  };
  const counts: number[] = [];
  const losses: number[] = [];
  for (let index = 1; index <= 200; index++) {
    const parts = [2 + (index % 3), ...(index % 7 === 0 ? [3] : [])].map(batch);
    losses.push((await step.run(parts, index, 0.01)).loss);
    if (index % 20 === 0) {
      await layer.weight.data(); // takes the variables out of the graph
      tf.dispose(parts);
      counts.push(tf.memory().numTensors);
    }
    tf.dispose(parts);
  }
  step.dispose();
  expect(new Set(counts).size).toBe(1);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  expect(sum(losses.slice(-20))).toBeLessThan(sum(losses.slice(0, 20)) / 4);
});
