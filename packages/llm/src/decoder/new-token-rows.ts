import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';

/** New rows' deviation from the mean, in standard deviations of the old ones. */
const NOISE = 0.1;

/** Rows whose squares are in memory at a time. */
const CHUNK = 8192;

/**
 * Makes rows for new tokens: the mean of the old ones, with noise that keeps tokens apart for a frozen
 * model.
 *
 * ASSUMPTION: the paper does not say how the release's tokens began; the mean is what transformers'
 * `resize_token_embeddings` takes by default, and a tenth of each column's deviation is our choice.
 *
 * @param table float32 `[V, E]` @param known rows that belong to tokens, the first ones
 * @returns float32 `[count, E]`
 */
export function newTokenRows(
  table: tf.Tensor2D,
  { known, count, random }: { known: number; count: number; random: Random },
): tf.Tensor2D {
  return tf.tidy(() => {
    const size = table.shape[1];
    let sum: tf.Tensor1D = tf.zeros([size]);
    let squares: tf.Tensor1D = tf.zeros([size]);
    for (let begin = 0; begin < known; begin += CHUNK) {
      [sum, squares] = tf.tidy(() => {
        const rows = tf.slice(table, [begin, 0], [Math.min(CHUNK, known - begin), size]);
        return [tf.add(sum, tf.sum(rows, 0)), tf.add(squares, tf.sum(tf.square(rows), 0))];
      });
    }
    const mean = tf.div(sum, known);
    const variance = tf.maximum(tf.sub(tf.div(squares, known), tf.square(mean)), 0);
    const noise = Float32Array.from({ length: count * size }, () => NOISE * random.normal());
    return tf.add(mean, tf.mul(tf.tensor2d(noise, [count, size]), tf.sqrt(variance)));
  });
}
