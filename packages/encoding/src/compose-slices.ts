import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@omnict/core';

/** Slices in one reassembled unit: they take the place of an image's three colour channels. */
export const SLICES_PER_UNIT = 3;

/** How a volume's slices become a 2D encoder's three-channel units; see the functions of the same names. */
export const COMPOSITIONS = ['compose', 'sample', 'replicate'] as const;

/** One of the ways. */
export type CompositionName = (typeof COMPOSITIONS)[number];

/**
 * Volumetric slice composition (OmniCT Sec. 2.1): `s_i = Concat(V_{3i-2}, V_{3i-1}, V_{3i})`, three
 * neighbouring slices as the channels of one unit. The D mod 3 last slices are dropped, as Eq. 1's
 * floor says.
 *
 * @param volume float32 `[D, H, W]`, D >= 3
 * @returns float32 `[Ns, 3, H, W]`, Ns = floor(D / 3)
 * @throws ShapeError when there are fewer than three slices
 */
export function composeSlices(volume: tf.Tensor3D): tf.Tensor4D {
  const units = unitCount(volume.shape[0]);
  const [, height, width] = volume.shape;
  const kept = tf.slice(volume, [0, 0, 0], [units * SLICES_PER_UNIT, height, width]);
  return tf.reshape(kept, [units, SLICES_PER_UNIT, height, width]) as tf.Tensor4D; // [Ns, 3, H, W]
}

/**
 * Slice input (OmniCT Sec. 2.1): each independent slice is repeated over the three channels. Of a volume,
 * this makes three times as many units as composition.
 *
 * @param slices float32 `[N, H, W]` @returns float32 `[N, 3, H, W]`
 */
export function replicateSlices(slices: tf.Tensor3D): tf.Tensor4D {
  const [count, height, width] = slices.shape;
  const single = tf.reshape(slices, [count, 1, height, width]); // [N, 1, H, W]
  return tf.tile(single, [1, SLICES_PER_UNIT, 1, 1]) as tf.Tensor4D;
}

/**
 * The baseline without volumetric composition: the middle slice of each group of three, repeated.
 *
 * ASSUMPTION: the paper does not say how its baseline feeds a volume to a 2D encoder. Frame
 * sampling at the same token budget leaves composition as the only difference.
 *
 * @param volume float32 `[D, H, W]`, D >= 3 @returns float32 `[floor(D / 3), 3, H, W]`
 */
export function sampleSlices(volume: tf.Tensor3D): tf.Tensor4D {
  const units = unitCount(volume.shape[0]);
  const middles = Array.from({ length: units }, (_, i) => i * SLICES_PER_UNIT + 1);
  return replicateSlices(tf.gather(volume, tf.tensor1d(middles, 'int32')));
}

function unitCount(depth: number): number {
  const units = Math.floor(depth / SLICES_PER_UNIT);
  if (units > 0) return units;
  throw new ShapeError(
    `composeSlices: volume has too few slices; expected at least ${SLICES_PER_UNIT}, got ${depth}; pass a single slice as modality 'slice'`,
  );
}
