import * as tf from '@tensorflow/tfjs-core';

/** Cosine and sine tables for rotary embedding, `[B, 1, T, d]` each, ready to broadcast over heads. */
export interface RotaryTable {
  cos: tf.Tensor4D;
  sin: tf.Tensor4D;
}

/** How fast the dimensions turn. */
export interface RotaryScheme {
  /** Radians per position of each pair of dimensions, `[d / 2]`. */
  frequencies: Float32Array;
  /** Factor on cosine and sine; 1 but for models whose context was extended. */
  scale: number;
}

/** The usual frequencies, `theta^(-2i/d)`. @see https://arxiv.org/abs/2104.09864 */
export function rotaryFrequencies(size: number, theta: number): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, i) => theta ** (-(2 * i) / size));
}

/**
 * Rotary position angles, halves layout as in Llama and Qwen2: dimension i and i + d/2 turn
 * together by `position * frequency[i]`.
 *
 * @param positions int32 or float32 `[B, T]`
 * @see https://arxiv.org/abs/2104.09864
 */
export function rotaryTable(
  positions: tf.Tensor2D,
  { frequencies, scale }: RotaryScheme,
): RotaryTable {
  const [batch, length] = positions.shape;
  const column = tf.reshape(tf.cast(positions, 'float32'), [batch, 1, length, 1]); // [B, 1, T, 1]
  const angles = tf.mul(column, tf.tensor(frequencies, [1, 1, 1, frequencies.length])); // [B, 1, T, d/2]
  const both = tf.concat([angles, angles], -1); // [B, 1, T, d]
  const [cos, sin] = [tf.cos(both), tf.sin(both)] as [tf.Tensor4D, tf.Tensor4D];
  return scale === 1 ? { cos, sin } : { cos: tf.mul(cos, scale), sin: tf.mul(sin, scale) };
}

/**
 * Turns queries or keys by their position's angles. Dimensions beyond the table's stay as they are
 * (partial rotary).
 *
 * @param x float32 `[B, h, T, d]`
 */
export function applyRotary(x: tf.Tensor4D, { cos, sin }: RotaryTable): tf.Tensor4D {
  const turning = cos.shape[3];
  const rest = x.shape[3] - turning;
  const [moved, kept] = rest === 0 ? [x] : tf.split(x, [turning, rest], -1);
  const [first, second] = tf.split(moved as tf.Tensor4D, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
  const quarterTurn = tf.concat([tf.neg(second), first], -1); // [B, h, T, d]
  const turned: tf.Tensor4D = tf.add(tf.mul(moved as tf.Tensor4D, cos), tf.mul(quarterTurn, sin));
  return kept === undefined ? turned : tf.concat([turned, kept as tf.Tensor4D], -1); // [B, h, T, d]
}
