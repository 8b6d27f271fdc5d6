import { ACTIVATIONS, Linear, Module } from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { DecoderAttention, type Projected } from '../decoder/attention';
import { CausalDecoder } from '../decoder/causal-decoder';
import { DecoderLayer } from '../decoder/decoder-layer';
import { type Qwen2Config, toHuggingFaceConfig } from './config';

/** Separate projections with biases on q, k and v. */
class Qwen2Attention extends DecoderAttention {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly oProj: Linear;

  constructor(
    private readonly config: Qwen2Config,
    random: Random | undefined,
  ) {
    super();
    const { hiddenSize, headSize, numAttentionHeads, numKeyValueHeads } = config;
    const [width, keyWidth] = [headSize * numAttentionHeads, headSize * numKeyValueHeads];
    const from = { inFeatures: hiddenSize, random };
    this.qProj = new Linear({ ...from, outFeatures: width });
    this.kProj = new Linear({ ...from, outFeatures: keyWidth });
    this.vProj = new Linear({ ...from, outFeatures: keyWidth });
    this.oProj = new Linear({ inFeatures: width, outFeatures: hiddenSize, bias: false, random });
  }

  protected override get headSize(): number {
    return this.config.headSize;
  }

  protected project(x: tf.Tensor2D, pick: (x: tf.Tensor2D) => tf.Tensor2D): Projected {
    return {
      q: this.qProj.apply(pick(x)), // [M, h*d]
      k: this.kProj.apply(x), // [N, g*d]
      v: this.vProj.apply(x), // [N, g*d]
    };
  }
}

/** SwiGLU feed-forward: `down(act(gate(x)) * up(x))`, act silu. @see https://arxiv.org/abs/2002.05202 */
class Qwen2Mlp extends Module {
  readonly gateProj: Linear;
  readonly upProj: Linear;
  readonly downProj: Linear;

  constructor(
    private readonly config: Qwen2Config,
    random: Random | undefined,
  ) {
    super();
    const { hiddenSize, intermediateSize } = config;
    const wide = { inFeatures: hiddenSize, outFeatures: intermediateSize, bias: false, random };
    const narrow = { inFeatures: intermediateSize, outFeatures: hiddenSize, bias: false, random };
    this.gateProj = new Linear(wide);
    this.upProj = new Linear(wide);
    this.downProj = new Linear(narrow);
  }

  apply(x: tf.Tensor2D): tf.Tensor2D {
    const activation = ACTIVATIONS[this.config.hiddenAct ?? 'silu'];
    return this.downProj.apply(tf.mul(activation(this.gateProj.apply(x)), this.upProj.apply(x)));
  }
}

/**
 * Qwen2 / Qwen2.5 causal language model, from embeddings. Parameter names are those of Hugging
 * Face's `Qwen2ForCausalLM`.
 *
 * @see https://arxiv.org/abs/2407.10671, https://arxiv.org/abs/2412.15115
 */
export class Qwen2ForCausalLM extends CausalDecoder {
  constructor(config: Qwen2Config, random?: Random) {
    super(config, {
      random,
      layer: () =>
        new DecoderLayer(config, {
          attention: new Qwen2Attention(config, random),
          mlp: new Qwen2Mlp(config, random),
        }),
    });
  }

  huggingFaceConfig(): Record<string, unknown> {
    return toHuggingFaceConfig(this.config);
  }
}
