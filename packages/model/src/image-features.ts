import { composeSlices, replicateSlices, sampleSlices, type VisionEncoder } from '@omnict/encoding';
import { type Modality, ShapeError } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** A windowed, resampled image: values in [-1, 1]. */
export interface PreparedImage {
  data: Float32Array;
  /** `[D, H, W]`, D = 1 for a slice */
  shape: readonly [number, number, number];
}

/**
 * Features of the frozen encoder (OmniCT Eq. 1): a pure function of image and config, which is why
 * sweeps compute it once.
 *
 * With `sce` neighbouring slices are composed into units; else every third slice is sampled.
 *
 * @returns float32 `[Ns, H', W', dv]`; the caller owns it
 * @throws ShapeError when a slice has more than one plane or a volume fewer than three
 */
export function encodeImage(
  encoder: VisionEncoder,
  image: PreparedImage,
  { modality, sce }: { modality: Modality; sce: boolean },
): tf.Tensor4D {
  if (modality === 'slice' && image.shape[0] !== 1) {
    throw new ShapeError(
      `encodeImage: a slice has one plane; got ${image.shape[0]}; ask about it as a volume`,
    );
  }
  const units = tf.tidy(() => {
    const planes = tf.tensor3d(image.data, [...image.shape]);
    if (modality === 'slice') return replicateSlices(planes);
    return sce ? composeSlices(planes) : sampleSlices(planes);
  });
  try {
    return encoder.encode(units);
  } finally {
    units.dispose();
  }
}
