import * as tf from '@tensorflow/tfjs-core';
import { sumToShape } from './sum-to-shape';

/**
 * Root-mean-square normalization over the last axis: `x / sqrt(mean(x^2) + epsilon) * weight`.
 *
 * @param x float32 `[..., E]` @param weight float32 `[E]` @returns float32 `[..., E]`
 * @see https://arxiv.org/abs/1910.07467
 */
export function rmsNorm(
  x: tf.Tensor,
  { weight, epsilon }: { weight: tf.Tensor; epsilon: number },
): tf.Tensor {
  const forward = tf.customGrad((input, scale, save) => {
    const [values, gain] = [input, scale] as [tf.Tensor, tf.Tensor];
    const meanSquare = tf.mean(tf.square(values), -1, true);
    const inverse = tf.rsqrt(tf.add(meanSquare, epsilon));
    const normalized = tf.mul(values, inverse);
    (save as tf.GradSaveFunc)([normalized, inverse, gain]);
    return {
      value: tf.mul(normalized, gain),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [xHat, inverseRms, g] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const dxHat = tf.mul(dy, g);
        const projection = tf.mul(xHat, tf.mean(tf.mul(dxHat, xHat), -1, true));
        const dx = tf.mul(tf.sub(dxHat, projection), inverseRms);
        return [dx, sumToShape(tf.mul(dy, xHat), g.shape)];
      },
    };
  });
  return forward(x, weight);
}
