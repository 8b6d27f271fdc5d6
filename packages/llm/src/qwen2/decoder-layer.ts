import * as tf from '@tensorflow/tfjs-core';
import { Linear, Module, type Random, RmsNorm, silu } from '@omnict/nn';
import type { LayerKeyValues } from '../key-value-cache';
import { type AttentionContext, Qwen2Attention } from './attention';
import type { Qwen2Config } from './config';

/** SwiGLU feed-forward: `down(silu(gate(x)) * up(x))`. @see https://arxiv.org/abs/2002.05202 */
class Qwen2Mlp extends Module {
  readonly gateProj: Linear;
  readonly upProj: Linear;
  readonly downProj: Linear;

  constructor({ hiddenSize, intermediateSize }: Qwen2Config, random: Random) {
    super();
    const wide = { inFeatures: hiddenSize, outFeatures: intermediateSize, bias: false, random };
    const narrow = { inFeatures: intermediateSize, outFeatures: hiddenSize, bias: false, random };
    this.gateProj = new Linear(wide);
    this.upProj = new Linear(wide);
    this.downProj = new Linear(narrow);
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    return this.downProj.apply(tf.mul(silu(this.gateProj.apply(x)), this.upProj.apply(x)));
  }
}

/** One pre-norm decoder block. */
export class Qwen2DecoderLayer extends Module {
  readonly inputLayernorm: RmsNorm;
  readonly selfAttn: Qwen2Attention;
  readonly postAttentionLayernorm: RmsNorm;
  readonly mlp: Qwen2Mlp;

  constructor(config: Qwen2Config, random: Random) {
    super();
    this.inputLayernorm = new RmsNorm(config.hiddenSize, config.rmsNormEps);
    this.selfAttn = new Qwen2Attention(config, random);
    this.postAttentionLayernorm = new RmsNorm(config.hiddenSize, config.rmsNormEps);
    this.mlp = new Qwen2Mlp(config, random);
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
