import {
  constantVariable,
  gelu,
  LayerNorm,
  Linear,
  mergeHeads,
  Module,
  normalVariable,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { HiddenStates } from '../vision-encoder';
import type { M3dClipConfig } from './config';

/** PyTorch's default. */
const LAYER_NORM_EPSILON = 1e-5;

/** Cuts volumes into blocks, projects each and adds its learned position. */
class PatchEmbedding extends Module {
  /** Entry 0 stands where the checkpoint's cutting of blocks, without parameters, stands. */
  readonly patchEmbeddings: [null, Linear];
  readonly positionEmbeddings: tf.Variable;

  constructor(
    private readonly config: M3dClipConfig,
    random?: Random,
  ) {
    super();
    const { patchSize, hiddenSize } = config;
    const inFeatures = tf.util.sizeFromShape([...patchSize]);
    this.patchEmbeddings = [null, new Linear({ inFeatures, outFeatures: hiddenSize, random })];
    this.positionEmbeddings = normalVariable([1, patchCount(config), hiddenSize], random);
  }

  /** @param volumes float32 `[B, 1, D, H, W]` @returns float32 `[B, P, E]` */
  apply(volumes: tf.Tensor5D): tf.Tensor3D {
    const [d, h, w] = this.config.patchSize;
    const [batch, , depth, height, width] = volumes.shape;
    const grid = [depth / d, height / h, width / w] as const;
    const split = tf.reshape(volumes, [batch, grid[0], d, grid[1], h, grid[2], w]);
    const blocks = tf.transpose(split, [0, 1, 3, 5, 2, 4, 6]); // [B, D', H', W', d, h, w]
    const rows = tf.reshape(blocks, [batch, grid[0] * grid[1] * grid[2], d * h * w]) as tf.Tensor3D; // [B, P, dhw]
    return tf.add(this.patchEmbeddings[1].apply(rows), this.positionEmbeddings);
  }
}

class SelfAttention extends Module {
  readonly qkv: Linear;
  readonly outProj: Linear;

  constructor(
    private readonly config: M3dClipConfig,
    random?: Random,
  ) {
    super();
    const { hiddenSize } = config;
    const fused = { inFeatures: hiddenSize, outFeatures: 3 * hiddenSize, bias: false, random };
    this.qkv = new Linear(fused);
    this.outProj = new Linear({ inFeatures: hiddenSize, outFeatures: hiddenSize, random });
  }

  /** @param x float32 `[B, T, E]` @returns the same shape */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const [q, k, v] = tf
      .split(this.qkv.apply(x), 3, -1)
      .map((part) => splitHeads(part, this.config.numHeads)) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ]; // [B, h, T, d]
    return this.outProj.apply(mergeHeads(scaledDotProductAttention(q, k, { v }))); // [B, T, E]
  }
}

class Mlp extends Module {
  readonly linear1: Linear;
  readonly linear2: Linear;

  constructor({ hiddenSize, mlpDim }: M3dClipConfig, random?: Random) {
    super();
    this.linear1 = new Linear({ inFeatures: hiddenSize, outFeatures: mlpDim, random });
    this.linear2 = new Linear({ inFeatures: mlpDim, outFeatures: hiddenSize, random });
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    return this.linear2.apply(gelu(this.linear1.apply(x))) as tf.Tensor3D;
  }
}

class Block extends Module {
  readonly norm1: LayerNorm;
  readonly attn: SelfAttention;
  readonly norm2: LayerNorm;
  readonly mlp: Mlp;

  constructor(config: M3dClipConfig, random?: Random) {
    super();
    this.norm1 = new LayerNorm(config.hiddenSize, LAYER_NORM_EPSILON);
    this.attn = new SelfAttention(config, random);
    this.norm2 = new LayerNorm(config.hiddenSize, LAYER_NORM_EPSILON);
    this.mlp = new Mlp(config, random);
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    const attended: tf.Tensor3D = tf.add(x, this.attn.apply(this.norm1.apply(x)));
    return tf.add(attended, this.mlp.apply(this.norm2.apply(attended)));
  }
}

/**
 * M3D-CLIP's vision tower: a 3D vision transformer with a class token, as MONAI builds it. Parameter
 * names are those of the published checkpoint's `vision_encoder`.
 *
 * @see https://arxiv.org/abs/2404.00578
 */
export class M3dClipVisionTransformer extends Module {
  readonly patchEmbedding: PatchEmbedding;
  readonly clsToken: tf.Variable;
  readonly blocks: Block[];
  readonly norm: LayerNorm;

  constructor(config: M3dClipConfig, random?: Random) {
    super();
    this.patchEmbedding = new PatchEmbedding(config, random);
    this.clsToken = constantVariable([1, 1, config.hiddenSize], 0);
    this.blocks = Array.from({ length: config.numLayers }, () => new Block(config, random));
    this.norm = new LayerNorm(config.hiddenSize, LAYER_NORM_EPSILON);
  }

  /** @param volumes float32 `[B, 1, D, H, W]` in [0, 1] @returns states of `[B, 1 + P, E]`, class token first */
  apply(volumes: tf.Tensor5D): HiddenStates {
    const patches = this.patchEmbedding.apply(volumes);
    const classToken = tf.tile(this.clsToken as tf.Tensor as tf.Tensor3D, [patches.shape[0], 1, 1]); // [B, 1, E]
    const layers: tf.Tensor3D[] = [tf.concat([classToken, patches], 1)]; // [B, 1 + P, E]
    for (const block of this.blocks)
      layers.push(tf.tidy(() => block.apply(layers.at(-1) as tf.Tensor3D)));
    return { last: this.norm.apply(layers.at(-1) as tf.Tensor3D), layers };
  }
}

/** P = D' * H' * W'. */
function patchCount({ imageSize, patchSize }: M3dClipConfig): number {
  return imageSize.reduce((count, size, axis) => (count * size) / (patchSize[axis] as number), 1);
}
