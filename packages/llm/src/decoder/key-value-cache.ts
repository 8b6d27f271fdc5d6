import { constantVariable, writeFirst } from '@omnict/nn';
import type * as tf from '@tensorflow/tfjs-core';

/** Keys and values of one layer, `[B, g, S, d]` each, g key-value heads and S positions. */
export type LayerKeyValues = {
  keys: tf.Tensor4D;
  values: tf.Tensor4D;
};

/** One entry per layer. */
export type KeyValueCache = LayerKeyValues[];

/** Keys and values that are written in place, with room for S positions. */
export interface LayerCacheVariables {
  keys: tf.Variable<tf.Rank.R4>;
  values: tf.Variable<tf.Rank.R4>;
}

/** An empty cache. @param shape `[B, g, S, d]` */
export function createCache(layers: number, shape: number[]): LayerCacheVariables[] {
  const empty = () => constantVariable(shape, 0) as tf.Variable<tf.Rank.R4>;
  return Array.from({ length: layers }, () => ({ keys: empty(), values: empty() }));
}

/** Puts the keys and values of whole prompts at the first places. */
export function fillCache(cache: readonly LayerCacheVariables[], prompts: KeyValueCache): void {
  prompts.forEach(({ keys, values }, layer) => {
    const own = cache[layer] as LayerCacheVariables;
    writeFirst(own.keys, keys, 2);
    writeFirst(own.values, values, 2);
  });
}
