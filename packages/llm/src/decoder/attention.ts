import {
  applyRotary,
  type Linear,
  mergeHeads,
  Module,
  type RotaryTable,
  scaledDotProductAttention,
} from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKeyValues } from './key-value-cache';

/** What attention needs beside the hidden states. */
export interface AttentionContext {
  /** Angles of the positions of x. */
  rotary: RotaryTable;
  /** Added to the scores, broadcastable to `[B, h, T, S]`. */
  bias: tf.Tensor;
  /**
   * Earlier keys and values with free places, `[B, g, S, d]`, and where this token goes: 1 at its
   * place, `[S]`. Without it x attends to itself.
   */
  past?: { keyValues: LayerKeyValues; place: tf.Tensor1D };
}

/** Queries `[B, h, T, d]`, keys and values `[B, g, T, d]`. */
export interface ProjectedHeads {
  q: tf.Tensor4D;
  k: tf.Tensor4D;
  v: tf.Tensor4D;
}

/** Grouped-query self-attention with rotary positions; families differ in how they project. */
export abstract class DecoderAttention extends Module {
  abstract readonly oProj: Linear;

  /** @param x float32 `[B, T, E]` */
  protected abstract project(x: tf.Tensor3D): ProjectedHeads;

  /**
   * @param x float32 `[B, T, E]`, T = 1 when there is a past
   * @returns output `[B, T, E]` and the keys and values attended to
   */
  apply(
    x: tf.Tensor3D,
    { rotary, bias, past }: AttentionContext,
  ): { output: tf.Tensor3D; keyValues: LayerKeyValues } {
    const heads = this.project(x);
    const q = applyRotary(heads.q, rotary); // [B, h, T, d]
    const k = applyRotary(heads.k, rotary); // [B, g, T, d]
    const keyValues =
      past === undefined
        ? { keys: k, values: heads.v }
        : {
            keys: insertAt(past.keyValues.keys, k, past.place),
            values: insertAt(past.keyValues.values, heads.v, past.place),
          };
    const mixed = scaledDotProductAttention(q, keyValues.keys, { v: keyValues.values, bias });
    return { output: this.oProj.apply(mergeHeads(mixed)), keyValues };
  }
}

/**
 * Puts a one-position tensor at its place of a longer one. Written as a sum so that shapes stay
 * fixed and one recorded graph serves every decoding step.
 *
 * @param all float32 `[B, g, S, d]` @param one float32 `[B, g, 1, d]` @param place float32 `[S]`
 */
function insertAt(all: tf.Tensor4D, one: tf.Tensor4D, place: tf.Tensor1D): tf.Tensor4D {
  const here = tf.reshape(place, [1, 1, -1, 1]); // [1, 1, S, 1]
  return tf.add(tf.mul(all, tf.sub(1, here)), tf.mul(one, here)); // [B, g, S, d]
}
