/** Fits y = 2 x by the trainer that both stages of OmniCT use. */
import { Random } from '@omnict/core';
import { Linear, selectEngine } from '@omnict/nn';
import { train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';

await selectEngine();
const layer = new Linear({ inFeatures: 1, outFeatures: 1, random: new Random(0) });
const x = Array.from({ length: 32 }, (_, index) => index / 16 - 1);
const losses = await train({
  config: {
    learningRate: 0.1,
    epochs: 50,
    batchSize: 32,
    warmupRatio: 0.03,
    weightDecay: 0,
    maxGradientNorm: 1,
    checkpointEvery: 50,
  },
  seed: 0,
  modalities: x.map(() => 'slice'),
  batchOf: (indices) => ({
    x: tf.tensor2d(Array.from(indices, (index) => [x[index] as number])),
    lossWeights: tf.ones([indices.length]), // what losses are divided by
  }),
  loss: (inputs) => {
    const input = inputs['x'] as tf.Tensor2D;
    return tf.sum(tf.squaredDifference(layer.apply(input), tf.mul(input, 2)));
  },
  parameters: layer.namedParameters('layer.'),
});
console.log(losses.length, (losses.at(-1) ?? 1) < 0.01 * (losses[0] ?? 0));

// Prints:
// 50 true
