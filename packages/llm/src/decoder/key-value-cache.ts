import { constantVariable, writeFirst } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { headsFirst } from './group-attention';
import type { GroupShape } from './sequence-group';

/** Keys and values of one layer, `[N, g, d]` each: the tokens of all groups, one after the other. */
export interface LayerKeyValues {
  keys: tf.Tensor3D;
  values: tf.Tensor3D;
}

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

/**
 * Puts the keys and values of the prompts at the first places; a beginning that several share is put
 * before each.
 *
 * @param prompts keys and values of each layer @param group of the prompts
 */
export function fillCache(
  cache: readonly LayerCacheVariables[],
  prompts: readonly LayerKeyValues[],
  group: GroupShape,
): void {
  prompts.forEach(({ keys, values }, layer) => {
    const own = cache[layer] as LayerCacheVariables;
    writeFirst(own.keys, wholeRows(keys, group), 2);
    writeFirst(own.values, wholeRows(values, group), 2);
  });
}

/** `[I*P + B*T, g, d]` to `[B, g, P + T, d]`. */
function wholeRows(x: tf.Tensor3D, { prefixes, prefixLength, rows, length }: GroupShape) {
  if (prefixes === 0) return headsFirst(x, rows);
  const [shared, own] = tf.split(x, [prefixes * prefixLength, rows * length], 0) as [
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const [, heads, size] = x.shape;
  const apart = tf.reshape(headsFirst(shared, prefixes), [prefixes, 1, heads, prefixLength, size]);
  const repeated = tf.tile(apart, [1, rows / prefixes, 1, 1, 1]); // [I, n, g, P, d]
  const before: tf.Tensor4D = tf.reshape(repeated, [rows, heads, prefixLength, size]);
  return tf.concat([before, headsFirst(own, rows)], 2); // [B, g, P + T, d]
}
