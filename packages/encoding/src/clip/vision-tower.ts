import { constantVariable, LayerNorm, Linear, loadCheckpoint, Module } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { PatchProjection } from '../patch-projection';
import { TimmBlock } from '../timm/block';

/** timm's vision transformers all have it. */
const LAYER_NORM_EPSILON = 1e-6;

/** Sizes of an image tower. */
export interface ClipVisionConfig {
  imageSize: number;
  patchSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Length of the common embedding. */
  embedDim: number;
}

class PatchEmbed extends Module {
  readonly proj: PatchProjection;

  constructor({ patchSize, hiddenSize }: ClipVisionConfig) {
    super();
    this.proj = new PatchProjection({
      channels: 3,
      kernel: [patchSize, patchSize],
      outputDim: hiddenSize,
      random: undefined,
    });
  }
}

/** timm's `vit_*` with a class token. */
class Trunk extends Module {
  readonly clsToken: tf.Variable;
  readonly posEmbed: tf.Variable;
  readonly patchEmbed: PatchEmbed;
  readonly blocks: TimmBlock[];
  readonly norm: LayerNorm;

  constructor(config: ClipVisionConfig) {
    super();
    const { hiddenSize, intermediateSize, numAttentionHeads: heads } = config;
    const patches = Math.floor(config.imageSize / config.patchSize) ** 2;
    this.clsToken = constantVariable([1, 1, hiddenSize], 0);
    this.posEmbed = constantVariable([1, 1 + patches, hiddenSize], 0);
    this.patchEmbed = new PatchEmbed(config);
    const layerNormEps = LAYER_NORM_EPSILON;
    const block = { hiddenSize, intermediateSize, heads, layerNormEps, bias: 'all' } as const;
    this.blocks = Array.from({ length: config.numHiddenLayers }, () => new TimmBlock(block));
    this.norm = new LayerNorm(hiddenSize, layerNormEps);
  }

  /** @param pixels float32 `[N, 3, H, W]`, normalized @returns the class token's state, `[N, E]` */
  apply(pixels: tf.Tensor4D): tf.Tensor2D {
    const patches = this.patchEmbed.proj.apply(pixels); // [N, P, E]
    const [count, , size] = patches.shape;
    const classToken = tf.tile(this.clsToken as tf.Tensor as tf.Tensor3D, [count, 1, 1]);
    let x: tf.Tensor3D = tf.add(tf.concat([classToken, patches], 1), this.posEmbed); // [N, 1 + P, E]
    for (const block of this.blocks) {
      const before = x;
      x = tf.tidy(() => block.apply(before));
    }
    const normed = this.norm.apply(x);
    return tf.reshape(tf.slice(normed, [0, 0, 0], [count, 1, size]), [count, size]); // [N, E]
  }
}

class Head extends Module {
  readonly proj: Linear;

  constructor(inFeatures: number, outFeatures: number) {
    super();
    this.proj = new Linear({ inFeatures, outFeatures, bias: false, random: undefined });
  }
}

/** Image tower of a CLIP pair in open_clip's layout; named as its `visual`. */
export class ClipVisionTower extends Module {
  readonly trunk: Trunk;
  readonly head: Head;

  constructor(readonly config: ClipVisionConfig) {
    super();
    this.trunk = new Trunk(config);
    this.head = new Head(config.hiddenSize, config.embedDim);
  }

  /** @param pixels float32 `[N, 3, H, W]`, normalized @returns float32 `[N, embedDim]`, of any length */
  apply(pixels: tf.Tensor4D): tf.Tensor2D {
    return this.head.proj.apply(this.trunk.apply(pixels));
  }
}

/** Loads the image tower of a pair in open_clip's layout. @throws FormatError, MissingDataError. */
export async function loadClipVisionTower(
  folder: string,
  config: ClipVisionConfig,
): Promise<ClipVisionTower> {
  const tower = new ClipVisionTower(config);
  await loadCheckpoint(tower, folder, { prefixes: ['visual.'] });
  return tower;
}
