import {
  applyRotary,
  type Linear,
  mergeHeads,
  Module,
  type RotaryTable,
  scaledDotProductAttention,
  writeAt,
} from '@omnict/nn';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayerCacheVariables, LayerKeyValues } from './key-value-cache';

/** What attention needs beside the hidden states. */
export interface AttentionContext {
  /** Angles of the positions of x. */
  rotary: RotaryTable;
  /** Added to the scores, broadcastable to `[B, h, T, S]`. */
  bias: tf.Tensor;
  /**
   * Earlier keys and values with free places, `[B, g, S, d]`, and where this token's go, int32.
   * Without it x attends to itself.
   */
  past?: { cache: LayerCacheVariables; place: tf.Scalar };
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
    if (past !== undefined) {
      writeAt(past.cache.keys, k, { axis: 2, place: past.place });
      writeAt(past.cache.values, heads.v, { axis: 2, place: past.place });
    }
    const keyValues: LayerKeyValues = past?.cache ?? { keys: k, values: heads.v };
    const mixed = scaledDotProductAttention(q, keyValues.keys, { v: keyValues.values, bias });
    return { output: this.oProj.apply(mergeHeads(mixed)), keyValues };
  }
}
