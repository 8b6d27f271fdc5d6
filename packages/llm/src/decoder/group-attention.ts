import { mergeHeads, scaledDotProductAttention, sharedPrefixAttention } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { TurnedHeads } from './attention';
import { type GroupShape, partSizes } from './sequence-group';

/** What is added to the scores of one group. */
export interface GroupBiases {
  /** Among its own tokens: `[B, 1, Q, T]`, or `[I, 1, n, 1, Q, T]` when there is a prefix. */
  bias: tf.Tensor;
  /** Of its own tokens towards the prefix, `[I, 1, n, 1, Q, P]`; absent when all of it is attended. */
  towardsPrefix?: tf.Tensor;
  /** Within the prefix, `[I, 1, P, P]`; absent when its output is not wanted. */
  withinPrefix?: tf.Tensor;
}

/** Biases of a group among named tensors. */
export function biasesAt(tensors: Readonly<Record<string, tf.Tensor>>, index: number): GroupBiases {
  const towardsPrefix = tensors[`towardsPrefix${index}`];
  const withinPrefix = tensors[`withinPrefix${index}`];
  return {
    bias: tensors[`bias${index}`] as tf.Tensor,
    ...(towardsPrefix !== undefined && { towardsPrefix }),
    ...(withinPrefix !== undefined && { withinPrefix }),
  };
}

/** Groups of which some rows may be all that is asked for. */
export interface AttendedGroups {
  shapes: readonly GroupShape[];
  /** Whether q holds wanted places only: Q a row, none of the prefixes. */
  picks: boolean;
  biases: readonly GroupBiases[];
}

/**
 * Attention of each group by itself.
 *
 * @param heads q `[M, h, d]`, k and v `[N, g, d]`: prefix and own tokens of all groups, one after the
 *   other @returns float32 `[M, h*d]`
 */
export function attendGroups(
  { q, k, v }: TurnedHeads,
  { shapes, picks, biases }: AttendedGroups,
): tf.Tensor2D {
  const sizes = partSizes(shapes);
  const keys = split(k, sizes);
  const values = split(v, sizes);
  const queries = split(q, picks ? shapes.map(({ rows, queries: count }) => rows * count) : sizes);
  const outputs: tf.Tensor2D[] = [];
  shapes.forEach((shape, index) => {
    const own = biases[index] as GroupBiases;
    const take = (from: tf.Tensor3D[]): tf.Tensor3D => from.shift() as tf.Tensor3D;
    if (shape.prefixes === 0) {
      const whole = { q: take(queries), k: take(keys), v: take(values) };
      outputs.push(attendRows(whole, shape.rows, own.bias));
      return;
    }
    const prefix = { k: take(keys), v: take(values) };
    if (!picks) {
      const bias = own.withinPrefix as tf.Tensor;
      outputs.push(attendRows({ q: take(queries), ...prefix }, shape.prefixes, bias));
    }
    const rest = { q: take(queries), k: take(keys), v: take(values) };
    outputs.push(attendShared(rest, prefix, { shape, biases: own }));
  });
  return outputs.length === 1 ? (outputs[0] as tf.Tensor2D) : tf.concat(outputs, 0); // [M, h*d]
}

/** Sequences that attend to themselves. @returns `[rows*T, h*d]` */
function attendRows({ q, k, v }: TurnedHeads, rows: number, bias: tf.Tensor): tf.Tensor2D {
  const mixed = scaledDotProductAttention(headsFirst(q, rows), headsFirst(k, rows), {
    v: headsFirst(v, rows),
    bias,
  }); // [rows, h, T, d]
  return tf.reshape(mergeHeads(mixed), [q.shape[0], -1]);
}

/** Sequences that attend to themselves and to a prefix. @returns `[B*Q, h*d]` */
function attendShared(
  { q, k, v }: TurnedHeads,
  prefix: Pick<TurnedHeads, 'k' | 'v'>,
  { shape, biases }: { shape: GroupShape; biases: GroupBiases },
): tf.Tensor2D {
  const { prefixes, rows } = shape;
  const each = rows / prefixes;
  const [, heads, size] = q.shape;
  const groups = k.shape[1];
  const byGroup = tf.reshape(q, [prefixes, each, -1, groups, heads / groups, size]); // [I, n, Q, g, r, d]
  const own = (x: tf.Tensor3D): tf.Tensor => {
    const apart = tf.reshape(x, [prefixes, each, -1, groups, size]); // [I, n, T, g, d]
    return tf.transpose(apart, [0, 3, 1, 2, 4]); // [I, g, n, T, d]
  };
  const mixed = sharedPrefixAttention(tf.transpose(byGroup, [0, 3, 1, 4, 2, 5]), {
    prefix: { k: headsFirst(prefix.k, prefixes), v: headsFirst(prefix.v, prefixes) },
    own: { k: own(k), v: own(v) },
    bias: biases.bias,
    prefixBias: biases.towardsPrefix,
  }); // [I, g, n, r, Q, d]
  return tf.reshape(tf.transpose(mixed, [0, 2, 4, 1, 3, 5]), [q.shape[0], -1]); // [B*Q, h*d]
}

/** `[rows*T, h, d]` to `[rows, h, T, d]`. */
export function headsFirst(x: tf.Tensor3D, rows: number): tf.Tensor4D {
  const [tokens, heads, size] = x.shape;
  const apart = tf.reshape(x, [rows, tokens / rows, heads, size]); // [rows, T, h, d]
  return tf.transpose(apart, [0, 2, 1, 3]) as tf.Tensor4D; // [rows, h, T, d]
}

function split(x: tf.Tensor3D, sizes: number[]): tf.Tensor3D[] {
  return sizes.length === 1 ? [x] : [...tf.split<tf.Tensor3D>(x, sizes, 0)]; // a copy: tfjs keeps the array
}
