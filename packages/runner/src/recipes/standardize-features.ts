import type { SiglipVisionTransformer } from '@omnict/encoding';
import * as tf from '@tensorflow/tfjs-core';
import { pixelTensor } from './unit-batches';
import type { Unit } from './unit-stream';

/** Units read together. */
const BATCH = 50;

/**
 * Rescales an encoder's last normalization so that over the patches of `units` each feature has mean 0 and
 * variance 1. What the features tell stays the same; a projector behind them learns with larger steps.
 */
export function standardizeFeatures(
  tower: SiglipVisionTransformer,
  { units, imageSize }: { units: readonly Unit[]; imageSize: number },
): void {
  const { weight, bias } = tower.postLayernorm;
  tf.tidy(() => {
    let sums: tf.Tensor = tf.zerosLike(bias);
    let squares: tf.Tensor = tf.zerosLike(bias);
    let count = 0;
    for (let first = 0; first < units.length; first += BATCH) {
      const pixels = pixelTensor(units.slice(first, first + BATCH), imageSize);
      const features = tower.apply(pixels).last; // [N, P, E]
      sums = tf.add(sums, tf.sum(features, [0, 1])); // [E]
      squares = tf.add(squares, tf.sum(tf.square(features), [0, 1])); // [E]
      count += features.shape[0] * features.shape[1];
    }
    const mean = tf.div(sums, count); // [E]
    const deviation = tf.sqrt(tf.sub(tf.div(squares, count), tf.square(mean))); // [E]
    weight.assign(tf.div(weight, deviation));
    bias.assign(tf.div(tf.sub(bias, mean), deviation));
  });
}
