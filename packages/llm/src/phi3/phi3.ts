import { ACTIVATIONS, Linear, Module } from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { DecoderAttention, type Projected } from '../decoder/attention';
import { CausalDecoder } from '../decoder/causal-decoder';
import { DecoderLayer } from '../decoder/decoder-layer';
import { type Phi3Config, toHuggingFaceConfig } from './config';

/** Queries, keys and values from one matrix, without biases. */
class Phi3Attention extends DecoderAttention {
  readonly qkvProj: Linear;
  readonly oProj: Linear;

  constructor(
    private readonly config: Phi3Config,
    random: Random | undefined,
  ) {
    super();
    const { hiddenSize, headSize, numAttentionHeads, numKeyValueHeads } = config;
    const width = headSize * numAttentionHeads;
    const fused = width + 2 * headSize * numKeyValueHeads;
    const without = { bias: false, random };
    this.qkvProj = new Linear({ inFeatures: hiddenSize, outFeatures: fused, ...without });
    this.oProj = new Linear({ inFeatures: width, outFeatures: hiddenSize, ...without });
  }

  protected override get headSize(): number {
    return this.config.headSize;
  }

  protected project(x: tf.Tensor2D, pick: (x: tf.Tensor2D) => tf.Tensor2D): Projected {
    const { headSize, numAttentionHeads, numKeyValueHeads } = this.config;
    const [width, keyWidth] = [headSize * numAttentionHeads, headSize * numKeyValueHeads];
    const fused = this.qkvProj.apply(x); // [N, (h + 2g) * d]
    const [q, k, v] = tf.split(fused, [width, keyWidth, keyWidth], -1) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    return { q: pick(q), k, v };
  }
}

/** SwiGLU feed-forward, gate and up from one matrix. @see https://arxiv.org/abs/2002.05202 */
class Phi3Mlp extends Module {
  readonly gateUpProj: Linear;
  readonly downProj: Linear;

  constructor(
    private readonly config: Phi3Config,
    random: Random | undefined,
  ) {
    super();
    const { hiddenSize, intermediateSize } = config;
    const outFeatures = 2 * intermediateSize;
    this.gateUpProj = new Linear({ inFeatures: hiddenSize, outFeatures, bias: false, random });
    this.downProj = new Linear({
      inFeatures: intermediateSize,
      outFeatures: hiddenSize,
      bias: false,
      random,
    });
  }

  apply(x: tf.Tensor2D): tf.Tensor2D {
    const [gate, up] = tf.split(this.gateUpProj.apply(x), 2, -1) as [tf.Tensor2D, tf.Tensor2D];
    const activation = ACTIVATIONS[this.config.hiddenAct ?? 'silu'];
    return this.downProj.apply(tf.mul(activation(gate), up) as tf.Tensor2D);
  }
}

/**
 * Phi-3 / Phi-4-mini causal language model, from embeddings: fused projections, partial rotary
 * positions, LongRoPE. Parameter names are those of Hugging Face's `Phi3ForCausalLM`.
 *
 * @see https://arxiv.org/abs/2404.14219, https://arxiv.org/abs/2503.01743, https://arxiv.org/abs/2402.13753
 */
export class Phi3ForCausalLM extends CausalDecoder {
  constructor(config: Phi3Config, random?: Random) {
    super(config, {
      random,
      layer: () =>
        new DecoderLayer(config, {
          attention: new Phi3Attention(config, random),
          mlp: new Phi3Mlp(config, random),
        }),
    });
  }

  huggingFaceConfig(): Record<string, unknown> {
    return toHuggingFaceConfig(this.config);
  }
}
