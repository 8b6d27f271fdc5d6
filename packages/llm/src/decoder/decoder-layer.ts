import { Module, RmsNorm } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { type AttentionContext, type DecoderAttention, wanted } from './attention';
import type { DecoderConfig } from './decoder-config';

/** A feed-forward network. */
export interface FeedForward extends Module {
  /** @param x float32 `[N, E]` @returns the same shape */
  apply(x: tf.Tensor2D): tf.Tensor2D;
}

/** One pre-norm decoder block. */
export class DecoderLayer extends Module {
  readonly inputLayernorm: RmsNorm;
  readonly selfAttn: DecoderAttention;
  readonly postAttentionLayernorm: RmsNorm;
  readonly mlp: FeedForward;

  constructor(
    { hiddenSize, rmsNormEps }: DecoderConfig,
    { attention, mlp }: { attention: DecoderAttention; mlp: FeedForward },
  ) {
    super();
    this.inputLayernorm = new RmsNorm(hiddenSize, rmsNormEps);
    this.selfAttn = attention;
    this.postAttentionLayernorm = new RmsNorm(hiddenSize, rmsNormEps);
    this.mlp = mlp;
  }

  /**
   * @param x float32 `[N, E]`
   * @returns output `[M, E]` of the rows wanted, keys and values `[N, g, d]` of all
   */
  apply(
    x: tf.Tensor2D,
    context: AttentionContext,
  ): { output: tf.Tensor2D; keys: tf.Tensor3D; values: tf.Tensor3D } {
    const attention = this.selfAttn.apply(this.inputLayernorm.apply(x), context);
    const attended: tf.Tensor2D = tf.add(wanted(x, context), attention.output);
    const output: tf.Tensor2D = tf.add(
      attended,
      this.mlp.apply(this.postAttentionLayernorm.apply(attended)),
    );
    return { ...attention, output };
  }
}
