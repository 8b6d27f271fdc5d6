import * as tf from '@tensorflow/tfjs-core';

/**
 * Organ tokens from global tokens (OmniCT Eq. 5), by a batch of aggregation plans.
 *
 * @param tokens float32 `[B, L, E]` @param weights float32 `[B, Lc, L]`
 * @returns float32 `[B, Lc, E]`
 */
export function aggregateOrganTokens(tokens: tf.Tensor3D, weights: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(weights, tokens); // [B, Lc, E]
}

/**
 * Context fusion (OmniCT Sec. 2.2): `F_OSE = [F ; f_o]`, global tokens first.
 *
 * @returns float32 `[B, L + Lc, E]`
 */
export function fuseOrganTokens(tokens: tf.Tensor3D, organTokens: tf.Tensor3D): tf.Tensor3D {
  return organTokens.shape[1] === 0 ? tokens : tf.concat([tokens, organTokens], 1); // [B, L+Lc, E]
}
