import * as tf from '@tensorflow/tfjs-core';
import { gelu, Linear, Module } from '@omnict/nn';
import type { Modality, Random } from '@omnict/core';
import { unshuffle } from './unshuffle';

/** Sizes of the projection. */
export interface MoeHybridProjectionOptions {
  /** Features per token before unshuffling: `d_v + d_z + d_y + d_x`. */
  tokenDim: number;
  /** Unshuffle block side for slices; the paper's is 1. */
  sliceBlock: number;
  /** Unshuffle block side for volumes; the paper's is 3 (derived: 27 x 27 to 9 x 9 tokens). */
  volumeBlock: number;
  /** Width between experts and shared matrix. ASSUMPTION: the language model's own width, unless given. */
  hiddenDim: number;
  /** `d_f`, the language model's width. */
  outputDim: number;
  random: Random;
}

/**
 * MoE hybrid projection (OmniCT Eq. 4): `W_share gelu(W_s Z 1_slice + W_v Z 1_volume)`. One expert
 * per modality, routed by what the input is, and one matrix that both share.
 *
 * ASSUMPTION: all three maps have biases, which Eq. 4 leaves out, as LLaVA's projector does.
 */
export class MoeHybridProjection extends Module {
  /** W_s */
  readonly sliceExpert: Linear;
  /** W_v: wider input than W_s, since blocks of m x m tokens come in */
  readonly volumeExpert: Linear;
  /** W_share */
  readonly shared: Linear;
  private readonly blocks: Readonly<Record<Modality, number>>;

  constructor(options: MoeHybridProjectionOptions) {
    super();
    const { tokenDim, sliceBlock, volumeBlock, hiddenDim, outputDim, random } = options;
    const expert = (block: number): Linear =>
      new Linear({ inFeatures: tokenDim * block ** 2, outFeatures: hiddenDim, random });
    this.sliceExpert = expert(sliceBlock);
    this.volumeExpert = expert(volumeBlock);
    this.shared = new Linear({ inFeatures: hiddenDim, outFeatures: outputDim, random });
    this.blocks = { slice: sliceBlock, volume: volumeBlock };
  }

  /**
   * @param tokens float32 `[B, Ns, H', W', tokenDim]`, all of one modality
   * @returns float32 `[B, L, outputDim]`, L = Ns * H'/m * W'/m, z slowest, x fastest
   * @throws ShapeError when the block does not divide the grid
   */
  apply(tokens: tf.Tensor5D, modality: Modality): tf.Tensor3D {
    const merged = unshuffle(tokens, this.blocks[modality]); // [B, Ns, H'/m, W'/m, C*m*m]
    const expert = modality === 'slice' ? this.sliceExpert : this.volumeExpert;
    const aligned = this.shared.apply(gelu(expert.apply(merged)));
    return tf.reshape(aligned, [tokens.shape[0], -1, aligned.shape[4] as number]); // [B, L, df]
  }
}
