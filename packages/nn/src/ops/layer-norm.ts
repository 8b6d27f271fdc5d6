import * as tf from '@tensorflow/tfjs-core';
import { fusedLayerNorm } from '../fast/fused-layer-norm';
import { sumToShape } from './sum-to-shape';

/**
 * Layer normalization over the last axis: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
 * One custom gradient in place of the dozen operations autodiff would make of it.
 *
 * @param x float32 `[..., E]`
 * @param options weight and bias: float32 `[E]`
 * @returns float32 `[..., E]` @see https://arxiv.org/abs/1607.06450
 */
export function layerNorm(
  x: tf.Tensor,
  { weight, bias, epsilon }: { weight: tf.Tensor; bias: tf.Tensor; epsilon: number },
): tf.Tensor {
  return fusedLayerNorm(x, { weight, bias, epsilon }, () =>
    plainLayerNorm(x, { weight, bias, epsilon }),
  );
}

/** By operations that every engine has. */
function plainLayerNorm(
  x: tf.Tensor,
  { weight, bias, epsilon }: { weight: tf.Tensor; bias: tf.Tensor; epsilon: number },
): tf.Tensor {
  const forward = tf.customGrad((input, scale, shift, save) => {
    const [values, gain, offset] = [input, scale, shift] as [tf.Tensor, tf.Tensor, tf.Tensor];
    const centred = tf.sub(values, tf.mean(values, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
    const normalized = tf.mul(centred, inverseDeviation);
    (save as tf.GradSaveFunc)([normalized, inverseDeviation, gain]);
    return {
      value: tf.add(tf.mul(normalized, gain), offset),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [xHat, inverse, g] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const dxHat = tf.mul(dy, g);
        const projection = tf.mul(xHat, tf.mean(tf.mul(dxHat, xHat), -1, true));
        const dx = tf.mul(tf.sub(tf.sub(dxHat, tf.mean(dxHat, -1, true)), projection), inverse);
        return [dx, sumToShape(tf.mul(dy, xHat), g.shape), sumToShape(dy, g.shape)];
      },
    };
  });
  return forward(x, weight, bias);
}
