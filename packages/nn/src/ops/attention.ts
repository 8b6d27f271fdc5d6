import * as tf from '@tensorflow/tfjs-core';
import { sequenced } from '../fast/sequenced';

/**
 * Added to scores that must not be attended. Large enough to vanish in a softmax, small enough
 * that a row with nothing to attend (padding) stays finite.
 */
export const MASKED_SCORE = -1e9;

/** Scores that may be in memory at a time, 256 MiB; beyond it attention goes query block by block. */
const MAX_SCORES = 2 ** 26;

/** Keys, values and what is added to the scores. */
export interface AttentionOptions {
  /** float32 `[B, g, S, d]` */
  v: tf.Tensor4D;
  /** float32, broadcastable to `[B, h, T, S]` */
  bias?: tf.Tensor;
  /** Queries whose scores are in memory at a time. Default: all, unless the scores are very many. */
  blockLength?: number;
}

/**
 * Scaled dot-product attention: `softmax(q k^T / sqrt(d) + bias) v`.
 *
 * Several query heads may share a key and value head (grouped-query attention): their queries are
 * stacked along the sequence axis, so that keys and values are never repeated in memory. Queries of long
 * sequences are taken block by block; the way back then computes each block's weights again, so that
 * memory grows with the length and not with its square.
 *
 * @param q float32 `[B, h, T, d]`
 * @param k float32 `[B, g, S, d]`, h a multiple of g
 * @returns float32 `[B, h, T, d]` @see https://arxiv.org/abs/1706.03762, https://arxiv.org/abs/2305.13245
 */
export function scaledDotProductAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  { v, bias, blockLength = defaultBlockLength(q, k) }: AttentionOptions,
): tf.Tensor4D {
  const length = q.shape[2];
  return blockLength >= length
    ? wholeAttention(q, k, { v, bias })
    : blockwiseAttention(q, k, { v, bias, blockLength });
}

function defaultBlockLength(q: tf.Tensor4D, k: tf.Tensor4D): number {
  const [batch, heads, length] = q.shape;
  const keys = k.shape[2];
  if (batch * heads * length * keys <= MAX_SCORES) return length;
  return Math.max(1, Math.floor(MAX_SCORES / (batch * heads * keys)));
}

/** With the gradient written out: two passes over the scores fewer than autodiff makes. */
function wholeAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  { v, bias }: Pick<AttentionOptions, 'v' | 'bias'>,
): tf.Tensor4D {
  const forward = tf.customGrad((...inputs) => {
    const [queries, keys, values] = inputs as tf.Tensor[] as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    const weights = attentionWeights(queries, keys, bias);
    const output = attend(weights, values);
    save([queries, keys, values, output, weights]);
    return {
      value: output,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [qs, ks, vs, y, w] = saved as tf.Tensor4D[] as Saved;
        return gradientsOf({ q: qs, k: ks, v: vs, output: y, weights: w }, dy as tf.Tensor4D);
      },
    };
  });
  return forward(q, k, v) as tf.Tensor4D;
}

/** Queries, keys, values and output. */
type HeadTensors = [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
type Saved = [...HeadTensors, tf.Tensor4D];

/** One block of queries after the other, in both directions. */
function blockwiseAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  { v, bias, blockLength }: AttentionOptions & { blockLength: number },
): tf.Tensor4D {
  const forward = tf.customGrad((...inputs) => {
    const [queries, keys, values] = inputs as tf.Tensor[] as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    const outputs: tf.Tensor4D[] = [];
    for (const rows of blocks(queries.shape[2], blockLength)) {
      const block = sequenced(rowsOf(queries, rows), outputs.at(-1));
      outputs.push(attend(attentionWeights(block, keys, biasRows(bias, rows)), values));
    }
    const output = tf.concat(outputs, 2); // [B, h, T, d]
    save([queries, keys, values, output, ...(bias === undefined ? [] : [bias])]);
    return {
      value: output,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        blockwiseGradients(saved as tf.Tensor4D[], dy as tf.Tensor4D, blockLength),
    };
  });
  return forward(q, k, v) as tf.Tensor4D;
}

function blockwiseGradients(
  [q, k, v, output, bias]: tf.Tensor4D[],
  dy: tf.Tensor4D,
  blockLength: number,
): tf.Tensor[] {
  const [queries, keys, values, whole] = [q, k, v, output] as HeadTensors;
  const ofQueries: tf.Tensor4D[] = [];
  let ofKeys: tf.Tensor4D | undefined;
  let ofValues: tf.Tensor4D | undefined;
  for (const rows of blocks(queries.shape[2], blockLength)) {
    const block = sequenced(rowsOf(queries, rows), ofKeys);
    const [dq, dk, dv] = gradientsOf(
      {
        q: block,
        k: keys,
        v: values,
        weights: attentionWeights(block, keys, biasRows(bias, rows)),
        output: rowsOf(whole, rows),
      },
      rowsOf(dy, rows),
    );
    ofQueries.push(dq);
    ofKeys = ofKeys === undefined ? dk : tf.add<tf.Tensor4D>(ofKeys, dk);
    ofValues = ofValues === undefined ? dv : tf.add<tf.Tensor4D>(ofValues, dv);
  }
  return [tf.concat(ofQueries, 2), ofKeys as tf.Tensor4D, ofValues as tf.Tensor4D];
}

/** `softmax(q k^T / sqrt(d) + bias)`, `[B, h, T, S]`. */
function attentionWeights(q: tf.Tensor4D, k: tf.Tensor4D, bias?: tf.Tensor): tf.Tensor4D {
  const [batch, heads, length, headSize] = q.shape;
  const scaled = stack(tf.mul(q, 1 / Math.sqrt(headSize)), k.shape[1]); // [B, g, h/g*T, d]
  const scores = tf.matMul(scaled, k, false, true); // [B, g, h/g*T, S]
  const separate = tf.reshape(scores, [batch, heads, length, k.shape[2]]); // [B, h, T, S]
  const biased = bias === undefined ? separate : tf.add<tf.Tensor4D>(separate, bias);
  return tf.softmax(biased as tf.Tensor4D, -1);
}

function attend(weights: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, length] = weights.shape;
  const mixed = tf.matMul(stack(weights, v.shape[1]), v); // [B, g, h/g*T, d]
  return tf.reshape(mixed, [batch, heads, length, v.shape[3]]); // [B, h, T, d]
}

/** Gradients by q, k and v. The softmax's needs `sum(dy * output)` only, not the scores. */
function gradientsOf(
  { q, k, v, weights, output }: Record<'q' | 'k' | 'v' | 'weights' | 'output', tf.Tensor4D>,
  dy: tf.Tensor4D,
): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const groups = k.shape[1];
  const scale = 1 / Math.sqrt(q.shape[3]);
  const stackedDy = stack(dy, groups); // [B, g, h/g*T, d]
  const ofV = tf.matMul(stack(weights, groups), stackedDy, true); // [B, g, S, d]
  const ofWeights = tf.reshape(tf.matMul(stackedDy, v, false, true), weights.shape); // [B, h, T, S]
  const common = tf.sum(tf.mul(dy, output), -1, true); // [B, h, T, 1]
  const ofScores = stack(tf.mul(weights, tf.sub(ofWeights, common)) as tf.Tensor4D, groups); // [B, g, h/g*T, S]
  const ofQ = tf.mul(tf.matMul(ofScores, k), scale); // [B, g, h/g*T, d]
  const ofK = tf.mul(tf.matMul(ofScores, stack(q, groups), true), scale); // [B, g, S, d]
  return [tf.reshape(ofQ, q.shape), ofK as tf.Tensor4D, ofV as tf.Tensor4D]; // [B, h, T, d]
}

/** `[B, h, T, x]` to `[B, g, h/g*T, x]`. */
function stack(x: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [batch, heads, length, width] = x.shape;
  return tf.reshape(x, [batch, groups, (heads / groups) * length, width]); // [B, g, h/g*T, x]
}

interface Rows {
  begin: number;
  size: number;
}

function blocks(length: number, blockLength: number): Rows[] {
  return Array.from({ length: Math.ceil(length / blockLength) }, (_, index) => {
    const begin = index * blockLength;
    return { begin, size: Math.min(blockLength, length - begin) };
  });
}

function rowsOf(x: tf.Tensor4D, { begin, size }: Rows): tf.Tensor4D {
  return tf.slice(x, [0, 0, begin, 0], [-1, -1, size, -1]); // [B, h, rows, x]
}

function biasRows(bias: tf.Tensor | undefined, rows: Rows): tf.Tensor | undefined {
  if (bias === undefined || (bias.shape.at(-2) ?? 1) === 1) return bias;
  const leading = bias.shape.slice(0, -2).map(() => 0);
  const begin = [...leading, rows.begin, 0];
  return tf.slice(bias, begin, [...leading.map(() => -1), rows.size, -1]); // [..., rows, S]
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
