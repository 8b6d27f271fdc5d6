import * as tf from '@tensorflow/tfjs-core';
import {
  applyRotary,
  Linear,
  mergeHeads,
  Module,
  type Random,
  type RotaryTable,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import type { LayerKeyValues } from '../key-value-cache';
import type { Qwen2Config } from './config';

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

/** Grouped-query self-attention with rotary positions and biases on q, k and v: Qwen2's. */
export class Qwen2Attention extends Module {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly oProj: Linear;

  constructor(
    private readonly config: Qwen2Config,
    random: Random,
  ) {
    super();
    const { hiddenSize, numAttentionHeads, numKeyValueHeads } = config;
    const keyWidth = (hiddenSize / numAttentionHeads) * numKeyValueHeads;
    this.qProj = new Linear({ inFeatures: hiddenSize, outFeatures: hiddenSize, random });
    this.kProj = new Linear({ inFeatures: hiddenSize, outFeatures: keyWidth, random });
    this.vProj = new Linear({ inFeatures: hiddenSize, outFeatures: keyWidth, random });
    this.oProj = new Linear({
      inFeatures: hiddenSize,
      outFeatures: hiddenSize,
      bias: false,
      random,
    });
  }

  /**
   * @param x float32 `[B, T, E]`, T = 1 when there is a past
   * @returns output `[B, T, E]` and the keys and values attended to
   */
  apply(
    x: tf.Tensor3D,
    { rotary, bias, past }: AttentionContext,
  ): { output: tf.Tensor3D; keyValues: LayerKeyValues } {
    const { numAttentionHeads, numKeyValueHeads } = this.config;
    const q = applyRotary(splitHeads(this.qProj.apply(x), numAttentionHeads), rotary); // [B, h, T, d]
    const k = applyRotary(splitHeads(this.kProj.apply(x), numKeyValueHeads), rotary); // [B, g, T, d]
    const v = splitHeads(this.vProj.apply(x), numKeyValueHeads); // [B, g, T, d]
    const keyValues =
      past === undefined
        ? { keys: k, values: v }
        : {
            keys: insertAt(past.keyValues.keys, k, past.place),
            values: insertAt(past.keyValues.values, v, past.place),
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
