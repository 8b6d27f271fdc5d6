import { applyRotary, gatherRows, type Linear, Module, type RotaryTable } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** What attention needs beside the hidden states. */
export interface AttentionContext {
  /** Angles of all rows of x, `[1, N, 1, d]`. */
  rotary: RotaryTable;
  /** Angles of the rows whose output is wanted, `[1, M, 1, d]`. */
  queryRotary: RotaryTable;
  /** Rows whose output is wanted, int32 `[M]`. Default: all. */
  rows?: tf.Tensor1D;
  /** Attention proper. @returns float32 `[M, h*d]` */
  attend: (heads: TurnedHeads) => tf.Tensor2D;
}

/** Queries `[M, h*d]` of the rows whose output is wanted, keys and values `[N, g*d]` of all. */
export interface Projected {
  q: tf.Tensor2D;
  k: tf.Tensor2D;
  v: tf.Tensor2D;
}

/** Queries `[M, h, d]`, keys and values `[N, g, d]`; queries and keys turned by their positions. */
export interface TurnedHeads {
  q: tf.Tensor3D;
  k: tf.Tensor3D;
  v: tf.Tensor3D;
}

/** The rows of x whose output is wanted. @param x float32 `[N, E]` @returns `[M, E]` */
export function wanted(x: tf.Tensor2D, { rows }: AttentionContext): tf.Tensor2D {
  return rows === undefined ? x : gatherRows(x, rows);
}

/** Grouped-query self-attention with rotary positions; families differ in how they project. */
export abstract class DecoderAttention extends Module {
  abstract readonly oProj: Linear;
  /** d */
  protected abstract readonly headSize: number;

  /** @param x float32 `[N, E]` @param pick keeps the rows whose output is wanted */
  protected abstract project(x: tf.Tensor2D, pick: (x: tf.Tensor2D) => tf.Tensor2D): Projected;

  /**
   * @param x float32 `[N, E]`: tokens of all sequences
   * @returns output `[M, E]` of the rows wanted, keys and values `[N, g, d]`
   */
  apply(
    x: tf.Tensor2D,
    context: AttentionContext,
  ): { output: tf.Tensor2D; keys: tf.Tensor3D; values: tf.Tensor3D } {
    const projected = this.project(x, (all) => wanted(all, context));
    const q = this.turn(projected.q, context.queryRotary); // [M, h, d]
    const keys = this.turn(projected.k, context.rotary); // [N, g, d]
    const values: tf.Tensor3D = tf.reshape(projected.v, keys.shape); // [N, g, d]
    const mixed = context.attend({ q, k: keys, v: values });
    return { output: this.oProj.apply(mixed), keys, values };
  }

  /** `[M, h*d]` to `[M, h, d]`, turned by position. */
  private turn(x: tf.Tensor2D, rotary: RotaryTable): tf.Tensor3D {
    const heads: tf.Tensor4D = tf.reshape(x, [1, x.shape[0], -1, this.headSize]); // [1, M, h, d]
    return tf.squeeze(applyRotary(heads, rotary), [0]);
  }
}
