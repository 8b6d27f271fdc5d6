import {
  ACTIVATIONS,
  applyRotary,
  constantVariable,
  LayerNorm,
  Linear,
  mergeHeads,
  Module,
  normalVariable,
  type RotaryTable,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { PatchProjection } from '../patch-projection';
import type { HiddenStates } from '../vision-encoder';
import type { Dinov3Config } from './config';
import { rotaryTable2d } from './rotary-2d';

class Embeddings extends Module {
  readonly clsToken: tf.Variable;
  readonly maskToken: tf.Variable;
  readonly registerTokens: tf.Variable;
  readonly patchEmbeddings: PatchProjection;

  constructor({ hiddenSize, patchSize, numRegisterTokens }: Dinov3Config, random?: Random) {
    super();
    this.clsToken = normalVariable([1, 1, hiddenSize], random);
    this.maskToken = constantVariable([1, 1, hiddenSize], 0);
    this.registerTokens = normalVariable([1, numRegisterTokens, hiddenSize], random);
    const kernel = [patchSize, patchSize];
    this.patchEmbeddings = new PatchProjection({
      channels: 3,
      kernel,
      outputDim: hiddenSize,
      random,
    });
  }

  /** @param pixels float32 `[B, 3, H, W]` @returns float32 `[B, 1 + R + P, E]` */
  apply(pixels: tf.Tensor4D): tf.Tensor3D {
    const batch = pixels.shape[0];
    const repeated = (token: tf.Tensor): tf.Tensor3D =>
      tf.tile(token as tf.Tensor3D, [batch, 1, 1]);
    const prefix = [repeated(this.clsToken)];
    if (this.registerTokens.shape[1] !== 0) prefix.push(repeated(this.registerTokens));
    return tf.concat([...prefix, this.patchEmbeddings.apply(pixels)], 1); // [B, 1 + R + P, E]
  }
}

class Attention extends Module {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly oProj: Linear;

  constructor(
    private readonly config: Dinov3Config,
    random?: Random,
  ) {
    super();
    const square = { inFeatures: config.hiddenSize, outFeatures: config.hiddenSize, random };
    this.qProj = new Linear({ ...square, bias: config.queryBias });
    this.kProj = new Linear({ ...square, bias: config.keyBias });
    this.vProj = new Linear({ ...square, bias: config.valueBias });
    this.oProj = new Linear({ ...square, bias: config.projBias });
  }

  /** @param x float32 `[B, T, E]` @param rotary of the patches, which come last */
  apply(x: tf.Tensor3D, rotary: RotaryTable): tf.Tensor3D {
    const heads = (projection: Linear): tf.Tensor4D =>
      splitHeads(projection.apply(x), this.config.numAttentionHeads); // [B, h, T, d]
    const q = rotatePatches(heads(this.qProj), rotary);
    const k = rotatePatches(heads(this.kProj), rotary);
    const mixed = scaledDotProductAttention(q, k, { v: heads(this.vProj) });
    return this.oProj.apply(mergeHeads(mixed)); // [B, T, E]
  }
}

/** Class and register tokens have no place in the image and are not turned. */
function rotatePatches(x: tf.Tensor4D, rotary: RotaryTable): tf.Tensor4D {
  const patches = rotary.cos.shape[2];
  const prefix = x.shape[2] - patches;
  const [fixed, turned] = tf.split(x, [prefix, patches], 2) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([fixed, applyRotary(turned, rotary)], 2); // [B, h, T, d]
}

class Mlp extends Module {
  readonly gateProj: Linear | undefined;
  readonly upProj: Linear;
  readonly downProj: Linear;

  constructor(
    private readonly config: Dinov3Config,
    random?: Random,
  ) {
    super();
    const { hiddenSize, intermediateSize, mlpBias: bias, useGatedMlp } = config;
    const wide = { inFeatures: hiddenSize, outFeatures: intermediateSize, bias, random };
    this.gateProj = useGatedMlp ? new Linear(wide) : undefined;
    this.upProj = new Linear(wide);
    this.downProj = new Linear({
      inFeatures: intermediateSize,
      outFeatures: hiddenSize,
      bias,
      random,
    });
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    const activation = ACTIVATIONS[this.config.hiddenAct];
    const up = this.upProj.apply(x);
    if (this.gateProj === undefined) return this.downProj.apply(activation(up)) as tf.Tensor3D;
    return this.downProj.apply(tf.mul(activation(this.gateProj.apply(x)), up)) as tf.Tensor3D;
  }
}

/** Gain per feature of a block's contribution. */
class LayerScale extends Module {
  readonly lambda1: tf.Variable;

  constructor(size: number) {
    super();
    this.lambda1 = constantVariable([size], 1);
  }
}

class Layer extends Module {
  readonly norm1: LayerNorm;
  readonly attention: Attention;
  readonly layerScale1: LayerScale;
  readonly norm2: LayerNorm;
  readonly mlp: Mlp;
  readonly layerScale2: LayerScale;

  constructor(config: Dinov3Config, random?: Random) {
    super();
    this.norm1 = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.attention = new Attention(config, random);
    this.layerScale1 = new LayerScale(config.hiddenSize);
    this.norm2 = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.mlp = new Mlp(config, random);
    this.layerScale2 = new LayerScale(config.hiddenSize);
  }

  apply(x: tf.Tensor3D, rotary: RotaryTable): tf.Tensor3D {
    const attention = this.attention.apply(this.norm1.apply(x), rotary);
    const attended: tf.Tensor3D = tf.add(x, tf.mul(attention, this.layerScale1.lambda1));
    const mlp = this.mlp.apply(this.norm2.apply(attended));
    return tf.add(attended, tf.mul(mlp, this.layerScale2.lambda1));
  }
}

/**
 * DINOv3's vision transformer: rotary positions on patches, class and register tokens, layer scale.
 * Parameter names are those of Hugging Face's `DINOv3ViTModel`.
 *
 * @see https://arxiv.org/abs/2508.10104
 */
export class Dinov3VisionTransformer extends Module {
  readonly embeddings: Embeddings;
  readonly layer: Layer[];
  readonly norm: LayerNorm;

  constructor(
    private readonly config: Dinov3Config,
    random?: Random,
  ) {
    super();
    this.embeddings = new Embeddings(config, random);
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new Layer(config, random));
    this.norm = new LayerNorm(config.hiddenSize, config.layerNormEps);
  }

  /** Tokens before the patches: class and registers. */
  get prefixTokens(): number {
    return 1 + this.config.numRegisterTokens;
  }

  /** @param pixels float32 `[B, 3, H, W]`, normalized @returns states of `[B, 1 + R + P, E]` */
  apply(pixels: tf.Tensor4D): HiddenStates {
    const { patchSize, hiddenSize, numAttentionHeads, ropeTheta } = this.config;
    const [, , height, width] = pixels.shape;
    const grid = [Math.floor(height / patchSize), Math.floor(width / patchSize)] as const;
    const headSize = hiddenSize / numAttentionHeads;
    const rotary = rotaryTable2d(grid, { headSize, theta: ropeTheta });
    const layers = [this.embeddings.apply(pixels)];
    for (const layer of this.layer)
      layers.push(tf.tidy(() => layer.apply(layers.at(-1) as tf.Tensor3D, rotary)));
    return { last: this.norm.apply(layers.at(-1) as tf.Tensor3D), layers };
  }
}
