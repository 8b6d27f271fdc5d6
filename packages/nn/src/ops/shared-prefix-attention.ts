import * as tf from '@tensorflow/tfjs-core';

/** Keys and values of one kind. */
interface KeysAndValues {
  k: tf.Tensor;
  v: tf.Tensor;
}

/** What sequences with a common beginning attend to. */
export interface SharedPrefixOptions {
  /** Of the beginnings: float32 `[I, g, P, d]`. */
  prefix: KeysAndValues;
  /** Of each sequence's own part: float32 `[I, g, n, S, d]`. */
  own: KeysAndValues;
  /** float32, broadcastable to `[I, g, n, r, T, S]`: added to the scores of own keys. */
  bias: tf.Tensor;
  /** float32, broadcastable to `[I, g, n, r, T, P]`. Default: every query attends to the whole prefix. */
  prefixBias?: tf.Tensor | undefined;
}

type Inputs = [
  q: tf.Tensor,
  prefixK: tf.Tensor,
  prefixV: tf.Tensor,
  ownK: tf.Tensor,
  ownV: tf.Tensor,
];
/** What the way back needs of the forward pass. */
type Saved = [...Inputs, output: tf.Tensor, prefixWeights: tf.Tensor, ownWeights: tf.Tensor];

/**
 * Attention of n sequences that begin alike, over the keys of that beginning and over their own, with
 * one softmax: what {@link scaledDotProductAttention} gives for the whole sequences, but the beginning
 * is there once. The gradient is written out, as there.
 *
 * @param q float32 `[I, g, n, r, T, d]`: queries of n sequences for each of I beginnings; r query heads
 *   share each of g key heads
 * @returns the shape of q
 */
export function sharedPrefixAttention(
  q: tf.Tensor,
  { prefix, own, bias, prefixBias }: SharedPrefixOptions,
): tf.Tensor {
  const forward = tf.customGrad((...inputs) => {
    const [queries, prefixK, prefixV, ownK, ownV] = inputs as tf.Tensor[] as Inputs;
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    const [prefixWeights, ownWeights] = weightsOf(queries, { prefixK, ownK, bias, prefixBias });
    const output = tf.add(
      product(prefixWeights, prefixV, queries.shape),
      product(ownWeights, ownV, queries.shape),
    );
    save([queries, prefixK, prefixV, ownK, ownV, output, prefixWeights, ownWeights]);
    return {
      value: output,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradientsOf(saved as Saved, dy),
    };
  });
  return forward(q, prefix.k, prefix.v, own.k, own.v);
}

/** Shares of the prefix `[I, g, n, r, T, P]` and of the own keys `[I, g, n, r, T, S]`; together 1. */
function weightsOf(
  q: tf.Tensor,
  {
    prefixK,
    ownK,
    bias,
    prefixBias,
  }: { prefixK: tf.Tensor; ownK: tf.Tensor; bias: tf.Tensor; prefixBias?: tf.Tensor | undefined },
): [tf.Tensor, tf.Tensor] {
  const leading = q.shape.slice(0, -1); // I, g, n, r, T
  const scaled = tf.mul(q, 1 / Math.sqrt(q.shape.at(-1) as number));
  const [prefixLength, ownLength] = [prefixK.shape.at(-2), ownK.shape.at(-2)] as [number, number];
  const far = tf.matMul(rowsFor(scaled, prefixK), prefixK, false, true); // [I, g, n*r*T, P]
  const near = tf.matMul(rowsFor(scaled, ownK), ownK, false, true); // [I, g, n, r*T, S]
  const farShaped = tf.reshape(far, [...leading, prefixLength]);
  const scores = tf.concat(
    [
      prefixBias === undefined ? farShaped : tf.add(farShaped, prefixBias),
      tf.add(tf.reshape(near, [...leading, ownLength]), bias),
    ],
    -1,
  ); // [I, g, n, r, T, P + S]
  return tf.split(tf.softmax(scores, -1), [prefixLength, ownLength], -1) as [tf.Tensor, tf.Tensor];
}

function gradientsOf(saved: Saved, dy: tf.Tensor): tf.Tensor[] {
  const [q, prefixK, prefixV, ownK, ownV, output, prefixWeights, ownWeights] = saved;
  const scale = 1 / Math.sqrt(q.shape.at(-1) as number);
  const common = tf.sum(tf.mul(dy, output), -1, true); // [I, g, n, r, T, 1]
  const part = (weights: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => {
    const rows = rowsFor(dy, v);
    const ofWeights = tf.reshape(tf.matMul(rows, v, false, true), weights.shape);
    const ofScores = rowsFor(tf.mul(weights, tf.sub(ofWeights, common)), k);
    return {
      v: tf.matMul(rowsFor(weights, v), rows, true),
      k: tf.mul(tf.matMul(ofScores, rowsFor(q, k), true), scale),
      q: tf.reshape(tf.matMul(ofScores, k), q.shape),
    };
  };
  const far = part(prefixWeights, prefixK, prefixV);
  const near = part(ownWeights, ownK, ownV);
  return [tf.mul(tf.add(far.q, near.q), scale), far.k, far.v, near.k, near.v];
}

/** `[I, g, n, r, T, x]` as rows for keys of all n sequences (rank 4) or of each one (rank 5). */
function rowsFor(x: tf.Tensor, keys: tf.Tensor): tf.Tensor {
  const batch = keys.shape.slice(0, -2);
  return tf.reshape(x, [...batch, x.size / tf.util.sizeFromShape(batch) / width(x), width(x)]);
}

function product(weights: tf.Tensor, v: tf.Tensor, shape: number[]): tf.Tensor {
  return tf.reshape(tf.matMul(rowsFor(weights, v), v), shape); // [I, g, n, r, T, d]
}

function width(x: tf.Tensor): number {
  return x.shape.at(-1) as number;
}
