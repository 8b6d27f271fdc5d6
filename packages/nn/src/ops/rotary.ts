import * as tf from '@tensorflow/tfjs-core';

/** Cosine and sine tables for rotary embedding, `[B, 1, T, d]` each, ready to broadcast over heads. */
export interface RotaryTable {
  cos: tf.Tensor4D;
  sin: tf.Tensor4D;
}

/**
 * Rotary position angles, halves layout as in Llama and Qwen2: dimension i and i + d/2 turn
 * together by `position * theta^(-2i/d)`.
 *
 * @param positions int32 or float32 `[B, T]`
 * @see https://arxiv.org/abs/2104.09864
 */
export function rotaryTable(
  positions: tf.Tensor2D,
  { headSize, theta }: { headSize: number; theta: number },
): RotaryTable {
  const half = headSize / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => theta ** (-(2 * i) / headSize));
  const [batch, length] = positions.shape;
  const column = tf.reshape(tf.cast(positions, 'float32'), [batch, 1, length, 1]); // [B, 1, T, 1]
  const angles = tf.mul(column, tf.tensor(frequencies, [1, 1, 1, half])); // [B, 1, T, d/2]
  const both = tf.concat([angles, angles], -1); // [B, 1, T, d]
  return { cos: tf.cos(both) as tf.Tensor4D, sin: tf.sin(both) as tf.Tensor4D };
}

/** Turns queries or keys by their position's angles. @param x float32 `[B, h, T, d]` */
export function applyRotary(x: tf.Tensor4D, { cos, sin }: RotaryTable): tf.Tensor4D {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
  const turned = tf.concat([tf.neg(second), first], -1); // [B, h, T, d]
  return tf.add(tf.mul(x, cos), tf.mul(turned, sin));
}
