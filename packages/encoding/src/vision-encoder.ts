import type { Precision } from '@omnict/nn';
import type { Shape3D } from '@omnict/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { PixelStatistics } from './normalize-pixels';

/** What all frozen encoders have in common: phi_v of OmniCT Eq. 1. */
interface FrozenEncoder {
  /** Width of a feature, `d_v`. */
  readonly outputDim: number;
  /** Height and width of the images it takes, in pixels. */
  readonly imageSize: number;
  /** Features per side, `H' = W'`. */
  readonly gridSize: number;
  dispose(): void;
}

/** A 2D encoder: sees units of three slices, each by itself. */
export interface UnitEncoder extends FrozenEncoder {
  readonly takes: 'units';
  /**
   * Patch features. The caller owns the result.
   *
   * @param units float32 `[N, 3, H, W]` in [-1, 1] @returns float32 `[N, H', W', d_v]`
   */
  encode(units: tf.Tensor4D): tf.Tensor4D;
}

/** A 3D encoder: sees a volume of fixed depth at once. */
export interface VolumeEncoder extends FrozenEncoder {
  readonly takes: 'volume';
  /** Slices it takes, D. */
  readonly depth: number;
  /** Features along z, Ns. */
  readonly unitCount: number;
  /**
   * Features of one volume. The caller owns the result.
   *
   * @param volume float32 `[D, H, W]` in [-1, 1] @returns float32 `[Ns, H', W', d_v]`
   */
  encode(volume: tf.Tensor3D): tf.Tensor4D;
}

/** What config.json alone tells of an encoder: all but what it computes. */
export type EncoderShape = UnitShape | VolumeShape;

/** Shape of a 2D encoder. */
export type UnitShape = Omit<UnitEncoder, 'encode' | 'dispose'>;

/** Shape of a 3D encoder. */
export type VolumeShape = Omit<VolumeEncoder, 'encode' | 'dispose'>;

/** A frozen encoder; both kinds end in the same grid of features, so that a spec can swap them. */
export type VisionEncoder = UnitEncoder | VolumeEncoder;

/** How to load an encoder. */
export interface EncoderOptions {
  /** `[D, H, W]` of the volumes to come; encoders that take any size adapt to it. */
  size?: Shape3D | undefined;
  /** How matrices are multiplied. Default `f32`; `bf16` needs the TensorFlow engine. */
  precision?: Precision | undefined;
}

/** How an encoder of coloured images computes. */
export interface PixelEncoderOptions extends Pick<EncoderOptions, 'precision'> {
  /** Of the images that it was trained on. */
  statistics?: PixelStatistics;
}

/** What a spec or a test can look into. */
export interface HiddenStates {
  /** After the last block and norm: float32 `[B, T, E]`. */
  last: tf.Tensor3D;
  /** Input of the first block and output of each, before the last norm: `[B, T, E]` each. */
  layers: tf.Tensor3D[];
}
