import { MASKED_SCORE } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** 0 where a key may be attended, very negative where it is padding. `[B, S]` to `[B, 1, 1, S]` */
function paddingBias(attentionMask: tf.Tensor2D): tf.Tensor4D {
  const [batch, length] = attentionMask.shape;
  const hidden = tf.sub(1, tf.cast(attentionMask, 'float32'));
  return tf.reshape(tf.mul(hidden, MASKED_SCORE), [batch, 1, 1, length]); // [B, 1, 1, S]
}

/**
 * Bias of whole sequences: no token attends to padding, to what comes after it or, with a window, to
 * what lies as far back as the window is long.
 *
 * @param attentionMask int32 `[B, T]` @returns float32 `[B, 1, T, T]`
 */
export function causalBias(attentionMask: tf.Tensor2D, slidingWindow = Infinity): tf.Tensor4D {
  const length = attentionMask.shape[1];
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    const row = query * length;
    values.fill(MASKED_SCORE, row + query + 1, row + length);
    if (query >= slidingWindow) values.fill(MASKED_SCORE, row, row + query - slidingWindow + 1);
  }
  const causal = tf.tensor4d(values, [1, 1, length, length]);
  return tf.minimum(causal, paddingBias(attentionMask)); // [B, 1, T, T]
}

/**
 * Bias of sequences towards what they begin with: no token attends to padding there or, with a window,
 * to what lies as far back as the window is long.
 *
 * @param attentionMask int32 `[I, P]`; default: no padding @param sizes B, T, P and the window
 * @returns float32 `[B, 1, T, P]`, undefined when every token attends to all of the beginning
 */
export function prefixBias(
  attentionMask: tf.Tensor2D | undefined,
  {
    rows,
    length,
    prefixLength,
    window = Infinity,
  }: { rows: number; length: number; prefixLength: number; window?: number },
): tf.Tensor4D | undefined {
  const isFar = window < prefixLength + length;
  if (attentionMask === undefined && !isFar) return undefined;
  const values = new Float32Array(length * prefixLength);
  for (let query = 0; query < length && isFar; query++) {
    const row = query * prefixLength;
    const visible = Math.min(window - 1 - query, prefixLength); // keys at the end of the prefix
    values.fill(MASKED_SCORE, row, row + prefixLength - Math.max(0, visible));
  }
  const far = tf.tensor4d(values, [1, 1, length, prefixLength]);
  const shape: [number, number, number, number] = [rows, 1, length, prefixLength];
  if (attentionMask === undefined) return tf.broadcastTo(far, shape) as tf.Tensor4D;
  const prefixes = attentionMask.shape[0];
  const each = tf.tile(tf.expandDims(paddingBias(attentionMask), 1), [1, rows / prefixes, 1, 1, 1]);
  const padding: tf.Tensor4D = tf.reshape(each, [rows, 1, 1, prefixLength]); // [B, 1, 1, P]
  return tf.minimum(far, padding) as tf.Tensor4D; // [B, 1, T, P]
}

/**
 * Bias of one more token.
 *
 * @param attentionMask int32 `[B, S]` @param place int32 scalar, where the token stands
 * @returns float32 `[B, 1, 1, S]`
 */
export function decodingBias(
  attentionMask: tf.Tensor2D,
  place: tf.Scalar,
  slidingWindow = Infinity,
): tf.Tensor4D {
  const padding = paddingBias(attentionMask);
  const length = attentionMask.shape[1];
  if (slidingWindow >= length) return padding;
  const distance = tf.sub(place, tf.range(0, length, 1, 'int32')); // [S]
  const isTooFar = tf.cast(tf.greaterEqual(distance, slidingWindow), 'float32');
  const far = tf.reshape(tf.mul(isTooFar, MASKED_SCORE), [1, 1, 1, -1]); // [1, 1, 1, S]
  return tf.minimum(padding, far); // [B, 1, 1, S]
}
