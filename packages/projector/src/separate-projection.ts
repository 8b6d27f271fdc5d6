import type { Modality } from '@omnict/core';
import { gelu, Linear, Module } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { Projection, ProjectionOptions } from './projection';
import { unshuffle } from './unshuffle';

/**
 * Two projections without anything in common, one a modality: `W_s' gelu(W_s Z)` and `W_v' gelu(W_v Z)`. What
 * Table 10 calls "without MHP": the shared matrix of the hybrid projection is left out.
 */
export class SeparateProjection extends Module implements Projection {
  readonly sliceExpert: Linear;
  readonly sliceOutput: Linear;
  readonly volumeExpert: Linear;
  readonly volumeOutput: Linear;
  private readonly blocks: Readonly<Record<Modality, number>>;

  constructor(options: ProjectionOptions) {
    super();
    const { tokenDim, volumeTokenDim = tokenDim, sliceBlock, volumeBlock } = options;
    const { hiddenDim, outputDim, random } = options;
    const layer = (inFeatures: number, outFeatures: number): Linear =>
      new Linear({ inFeatures, outFeatures, random });
    this.sliceExpert = layer(tokenDim * sliceBlock ** 2, hiddenDim);
    this.sliceOutput = layer(hiddenDim, outputDim);
    this.volumeExpert = layer(volumeTokenDim * volumeBlock ** 2, hiddenDim);
    this.volumeOutput = layer(hiddenDim, outputDim);
    this.blocks = { slice: sliceBlock, volume: volumeBlock };
  }

  apply(tokens: tf.Tensor5D, modality: Modality): tf.Tensor3D {
    const isSlice = modality === 'slice';
    const expert = isSlice ? this.sliceExpert : this.volumeExpert;
    const output = isSlice ? this.sliceOutput : this.volumeOutput;
    const merged = unshuffle(tokens, this.blocks[modality]); // [B, Ns, H'/m, W'/m, C*m*m]
    const aligned = output.apply(gelu(expert.apply(merged)));
    return tf.reshape(aligned, [tokens.shape[0], -1, aligned.shape[4] as number]); // [B, L, df]
  }
}
