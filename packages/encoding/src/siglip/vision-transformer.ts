import { type Random } from '@omnict/core';
import {
  ACTIVATIONS,
  Embedding,
  gatherRows,
  LayerNorm,
  Linear,
  mergeHeads,
  Module,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { PatchProjection } from '../patch-projection';
import type { HiddenStates } from '../vision-encoder';
import { DEFAULT_ACTIVATION, type SiglipVisionConfig } from './config';
import { interpolatePositions } from './interpolate-positions';

/** Splits images into patches, projects each and adds its learned position. */
class PatchEmbeddings extends Module {
  readonly patchEmbedding: PatchProjection;
  readonly positionEmbedding: Embedding;

  constructor(
    private readonly config: SiglipVisionConfig,
    random: Random | undefined,
  ) {
    super();
    const { imageSize, patchSize, hiddenSize } = config;
    const kernel = [patchSize, patchSize];
    this.patchEmbedding = new PatchProjection({
      channels: 3,
      kernel,
      outputDim: hiddenSize,
      random,
    });
    const count = Math.floor(imageSize / patchSize) ** 2;
    this.positionEmbedding = new Embedding({ count, size: hiddenSize, random });
  }

  /**
   * Positions of other sizes than the trained one are interpolated.
   *
   * @param units float32 `[N, 3, H, W]` @returns float32 `[N, P, E]`
   */
  apply(units: tf.Tensor4D): tf.Tensor3D {
    const { imageSize, patchSize } = this.config;
    const [, , height, width] = units.shape;
    const trained = Math.floor(imageSize / patchSize);
    const [rows, columns] = [Math.floor(height / patchSize), Math.floor(width / patchSize)];
    const patches = this.patchEmbedding.apply(units); // [N, P, E]
    const table = this.positionEmbedding.weight as tf.Tensor2D;
    if (rows === trained && columns === trained) return tf.add(patches, table);
    const grids = { from: [trained, trained], to: [rows, columns] } as const;
    return tf.add(patches, interpolatePositions(table, grids));
  }
}

class SelfAttention extends Module {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly outProj: Linear;

  constructor(
    size: number,
    private readonly heads: number,
    random: Random | undefined,
  ) {
    super();
    const square = { inFeatures: size, outFeatures: size, random };
    this.qProj = new Linear(square);
    this.kProj = new Linear(square);
    this.vProj = new Linear(square);
    this.outProj = new Linear(square);
  }

  /** @param x float32 `[N, P, E]` @returns the same shape */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const [q, k, v] = [this.qProj, this.kProj, this.vProj].map((projection) =>
      splitHeads(projection.apply(x), this.heads),
    ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]; // [N, h, P, d]
    return this.outProj.apply(mergeHeads(scaledDotProductAttention(q, k, { v }))); // [N, P, E]
  }
}

class Mlp extends Module {
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(
    private readonly config: SiglipVisionConfig,
    random: Random | undefined,
  ) {
    super();
    const { hiddenSize, intermediateSize } = config;
    this.fc1 = new Linear({ inFeatures: hiddenSize, outFeatures: intermediateSize, random });
    this.fc2 = new Linear({ inFeatures: intermediateSize, outFeatures: hiddenSize, random });
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    const activation = ACTIVATIONS[this.config.hiddenAct ?? DEFAULT_ACTIVATION];
    return this.fc2.apply(activation(this.fc1.apply(x))) as tf.Tensor3D;
  }
}

class EncoderLayer extends Module {
  readonly layerNorm1: LayerNorm;
  readonly selfAttn: SelfAttention;
  readonly layerNorm2: LayerNorm;
  readonly mlp: Mlp;

  constructor(config: SiglipVisionConfig, random: Random | undefined) {
    super();
    this.layerNorm1 = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.selfAttn = new SelfAttention(config.hiddenSize, config.numAttentionHeads, random);
    this.layerNorm2 = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.mlp = new Mlp(config, random);
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    const attended: tf.Tensor3D = tf.add(x, this.selfAttn.apply(this.layerNorm1.apply(x)));
    return tf.add(attended, this.mlp.apply(this.layerNorm2.apply(attended)));
  }
}

class Encoder extends Module {
  readonly layers: EncoderLayer[];

  constructor(config: SiglipVisionConfig, random: Random | undefined) {
    super();
    this.layers = Array.from(
      { length: config.numHiddenLayers },
      () => new EncoderLayer(config, random),
    );
  }
}

/**
 * SigLIP's vision transformer: pre-norm blocks, learned positions, no class token. Parameter names
 * are those of Hugging Face's `vision_model`.
 *
 * @see https://arxiv.org/abs/2303.15343; sizes of so400m: https://arxiv.org/abs/2305.13035
 */
export class SiglipVisionTransformer extends Module {
  readonly embeddings: PatchEmbeddings;
  readonly encoder: Encoder;
  readonly postLayernorm: LayerNorm;

  constructor(
    private readonly config: SiglipVisionConfig,
    random: Random | undefined,
  ) {
    super();
    this.embeddings = new PatchEmbeddings(config, random);
    this.encoder = new Encoder(config, random);
    this.postLayernorm = new LayerNorm(config.hiddenSize, config.layerNormEps);
  }

  /** Patches per side. */
  get gridSize(): number {
    return Math.floor(this.config.imageSize / this.config.patchSize);
  }

  /**
   * @param units float32 `[N, 3, H, W]` in [-1, 1]
   * @param kept int32 `[N, K]`: indices of the patches that go through the layers, for training on
   *   some of them; all by default
   * @returns states of `[N, P, E]`, with `kept` `[N, K, E]`
   */
  apply(units: tf.Tensor4D, kept?: tf.Tensor2D): HiddenStates {
    const patches = this.embeddings.apply(units); // [N, P, E]
    const layers = [kept === undefined ? patches : takePatches(patches, kept)];
    for (const layer of this.encoder.layers)
      layers.push(tf.tidy(() => layer.apply(layers.at(-1) as tf.Tensor3D)));
    return { last: this.postLayernorm.apply(layers.at(-1) as tf.Tensor3D), layers };
  }
}

/** @param patches float32 `[N, P, E]` @param kept int32 `[N, K]` @returns float32 `[N, K, E]` */
function takePatches(patches: tf.Tensor3D, kept: tf.Tensor2D): tf.Tensor3D {
  const [count, length, size] = patches.shape;
  const first = tf.expandDims(tf.range(0, count * length, length, 'int32'), 1); // [N, 1]
  const rows = tf.reshape(tf.add(kept, first), [-1]) as tf.Tensor1D; // [N*K]
  const table = tf.reshape(patches, [-1, size]) as tf.Tensor2D; // [N*P, E]
  return tf.reshape(gatherRows(table, rows), [count, kept.shape[1], size]); // [N, K, E]
}
