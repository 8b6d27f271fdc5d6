import { Module, RmsNorm } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { AttentionContext, DecoderAttention } from './attention';
import type { DecoderConfig } from './decoder-config';
import type { LayerKeyValues } from './key-value-cache';

/** A feed-forward network. */
export interface FeedForward extends Module {
  /** @param x float32 `[B, T, E]` @returns the same shape */
  apply(x: tf.Tensor3D): tf.Tensor3D;
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

  /** @param x float32 `[B, T, E]` @returns the same shape, and keys and values for the cache */
  apply(
    x: tf.Tensor3D,
    context: AttentionContext,
  ): { output: tf.Tensor3D; keyValues: LayerKeyValues } {
    const attention = this.selfAttn.apply(this.inputLayernorm.apply(x), context);
    const attended: tf.Tensor3D = tf.add(x, attention.output);
    const output: tf.Tensor3D = tf.add(
      attended,
      this.mlp.apply(this.postAttentionLayernorm.apply(attended)),
    );
    return { output, keyValues: attention.keyValues };
  }
}
