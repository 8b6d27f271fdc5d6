import type * as tf from '@tensorflow/tfjs-core';

/** Keys and values of one layer, `[B, g, S, d]` each, g key-value heads and S positions. */
export interface LayerKeyValues {
  keys: tf.Tensor4D;
  values: tf.Tensor4D;
}

/** One entry per layer. */
export type KeyValueCache = LayerKeyValues[];
