import * as tf from '@tensorflow/tfjs-core';

/**
 * Added to scores that must not be attended. Large enough to vanish in a softmax, small enough
 * that a row with nothing to attend (padding) stays finite.
 */
export const MASKED_SCORE = -1e9;

/**
 * Scaled dot-product attention: `softmax(q k^T / sqrt(d) + bias) v`.
 *
 * Several query heads may share a key and value head (grouped-query attention): their queries are
 * stacked along the sequence axis, so that keys and values are never repeated in memory.
 *
 * `v` is float32 `[B, g, S, d]`, `bias` float32, broadcastable to `[B, h, T, S]`.
 *
 * @param q float32 `[B, h, T, d]`
 * @param k float32 `[B, g, S, d]`, h a multiple of g
 * @returns float32 `[B, h, T, d]` @see https://arxiv.org/abs/1706.03762, https://arxiv.org/abs/2305.13245
 */
export function scaledDotProductAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  { v, bias }: { v: tf.Tensor4D; bias?: tf.Tensor },
): tf.Tensor4D {
  const [batch, heads, length, headSize] = q.shape;
  const [, groups, keyLength] = k.shape;
  const stacked = (heads / groups) * length;
  const scaled = tf.reshape(tf.mul(q, 1 / Math.sqrt(headSize)), [batch, groups, stacked, headSize]); // [B, g, h/g*T, d]
  const scores = tf.reshape(tf.matMul(scaled, k, false, true), [batch, heads, length, keyLength]); // [B, h, T, S]
  const weights = tf.softmax(bias === undefined ? scores : tf.add(scores, bias), -1);
  const mixed = tf.matMul(tf.reshape(weights, [batch, groups, stacked, keyLength]), v); // [B, g, h/g*T, d]
  return tf.reshape(mixed, [batch, heads, length, headSize]); // [B, h, T, d]
}

/** `[B, T, h*d]` to `[B, h, T, d]`. */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  const [batch, length, width] = x.shape as [number, number, number];
  const split = tf.reshape(x, [batch, length, heads, width / heads]); // [B, T, h, d]
  return tf.transpose(split, [0, 2, 1, 3]) as tf.Tensor4D; // [B, h, T, d]
}

/** `[B, h, T, d]` to `[B, T, h*d]`. */
export function mergeHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, length, headSize] = x.shape;
  const merged = tf.transpose(x, [0, 2, 1, 3]); // [B, T, h, d]
  return tf.reshape(merged, [batch, length, heads * headSize]); // [B, T, h*d]
}
