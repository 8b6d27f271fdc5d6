import type * as tf from '@tensorflow/tfjs-core';

/** A frozen encoder of three-channel units: phi_v of OmniCT Eq. 1. */
export interface VisionEncoder {
  /** Width of a feature, `d_v`. */
  readonly outputDim: number;
  /** Height and width of the images it takes, in pixels. */
  readonly imageSize: number;
  /** Patches per side, `H' = W'`. */
  readonly gridSize: number;
  /**
   * Patch features. The caller owns the result.
   *
   * @param units float32 `[N, 3, H, W]` in [-1, 1] @returns float32 `[N, H', W', d_v]`
   */
  encode(units: tf.Tensor4D): tf.Tensor4D;
  dispose(): void;
}
