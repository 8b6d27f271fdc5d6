import type { Modality, Random } from '@omnict/core';
import type { Module } from '@omnict/nn';
import type * as tf from '@tensorflow/tfjs-core';

/** Sizes of a projection. */
export interface ProjectionOptions {
  /** Features per token of a slice before unshuffling: `d_v + d_z + d_y + d_x`. */
  tokenDim: number;
  /** The same of a volume, where another encoder sees volumes. Default: `tokenDim`. */
  volumeTokenDim?: number;
  /** Unshuffle block side for slices; the paper's is 1. */
  sliceBlock: number;
  /** Unshuffle block side for volumes; the paper's is 3 (derived: 27 x 27 to 9 x 9 tokens). */
  volumeBlock: number;
  /** Width between the two matrices. ASSUMPTION: the language model's own width, unless given. */
  hiddenDim: number;
  /** `d_f`, the language model's width. */
  outputDim: number;
  random: Random;
}

/** What aligns visual tokens with the language model: theta_p. */
export interface Projection extends Module {
  /**
   * @param tokens float32 `[B, Ns, H', W', tokenDim]`, all of one modality
   * @returns float32 `[B, L, outputDim]`, L = Ns * H'/m * W'/m, z slowest, x fastest
   * @throws ShapeError when the block does not divide the grid
   */
  apply(tokens: tf.Tensor5D, modality: Modality): tf.Tensor3D;
}
