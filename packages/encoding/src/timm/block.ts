import {
  constantVariable,
  gelu,
  LayerNorm,
  Linear,
  mergeHeads,
  Module,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a block. */
export interface TimmBlockOptions {
  hiddenSize: number;
  intermediateSize: number;
  heads: number;
  layerNormEps: number;
  /** Of queries, keys and values: one for all three, as timm has it; of all but keys, as VideoMAE; or none. */
  bias: 'all' | 'query-value' | 'none';
  /** Whether what a block adds is scaled per feature. */
  layerScale?: boolean;
}

class Attention extends Module {
  readonly qkv: Linear;
  readonly qBias: tf.Variable | undefined;
  readonly vBias: tf.Variable | undefined;
  readonly proj: Linear;

  constructor(private readonly options: TimmBlockOptions) {
    super();
    const { hiddenSize, bias } = options;
    const from = { inFeatures: hiddenSize, random: undefined };
    this.qkv = new Linear({ ...from, outFeatures: 3 * hiddenSize, bias: bias === 'all' });
    this.qBias = bias === 'query-value' ? constantVariable([hiddenSize], 0) : undefined;
    this.vBias = bias === 'query-value' ? constantVariable([hiddenSize], 0) : undefined;
    this.proj = new Linear({ ...from, outFeatures: hiddenSize });
  }

  /** @param x float32 `[B, T, E]` @returns the same shape */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const [q, k, v] = tf.split(this.qkv.apply(x), 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const heads = (part: tf.Tensor3D, bias?: tf.Variable): tf.Tensor4D =>
      splitHeads(bias === undefined ? part : tf.add(part, bias), this.options.heads); // [B, h, T, d]
    const values = heads(v, this.vBias);
    return this.proj.apply(
      mergeHeads(scaledDotProductAttention(heads(q, this.qBias), heads(k), { v: values })),
    ); // [B, T, E]
  }
}

class Mlp extends Module {
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor({ hiddenSize, intermediateSize }: TimmBlockOptions) {
    super();
    const random = undefined;
    this.fc1 = new Linear({ inFeatures: hiddenSize, outFeatures: intermediateSize, random });
    this.fc2 = new Linear({ inFeatures: intermediateSize, outFeatures: hiddenSize, random });
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    return this.fc2.apply(gelu(this.fc1.apply(x))) as tf.Tensor3D;
  }
}

/** A pre-norm block with one matrix for queries, keys and values; named as in timm's `VisionTransformer`. */
export class TimmBlock extends Module {
  readonly norm1: LayerNorm;
  readonly attn: Attention;
  readonly gamma_1: tf.Variable | undefined;
  readonly norm2: LayerNorm;
  readonly mlp: Mlp;
  readonly gamma_2: tf.Variable | undefined;

  constructor(options: TimmBlockOptions) {
    super();
    const { hiddenSize, layerNormEps, layerScale = false } = options;
    this.norm1 = new LayerNorm(hiddenSize, layerNormEps);
    this.attn = new Attention(options);
    this.gamma_1 = layerScale ? constantVariable([hiddenSize], 1) : undefined;
    this.norm2 = new LayerNorm(hiddenSize, layerNormEps);
    this.mlp = new Mlp(options);
    this.gamma_2 = layerScale ? constantVariable([hiddenSize], 1) : undefined;
  }

  /** @param x float32 `[B, T, E]` @returns the same shape */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const scaled = (update: tf.Tensor3D, gamma?: tf.Variable): tf.Tensor3D =>
      gamma === undefined ? update : tf.mul(update, gamma);
    const attended: tf.Tensor3D = tf.add(
      x,
      scaled(this.attn.apply(this.norm1.apply(x)), this.gamma_1),
    );
    return tf.add(attended, scaled(this.mlp.apply(this.norm2.apply(attended)), this.gamma_2));
  }
}
