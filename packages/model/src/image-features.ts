import {
  composeSlices,
  type CompositionName,
  replicateSlices,
  sampleSlices,
  type VisionEncoder,
  type VolumeEncoder,
} from '@omnict/encoding';
import { type Modality, ShapeError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';

/** Ways to make units of a volume's slices. */
const UNITS = { compose: composeSlices, sample: sampleSlices, replicate: replicateSlices } as const;

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
 * For 2D encoders, slices of a volume become units as `composition` says. 3D encoders see the volume itself; a slice stands at every depth, and what they make of it
 * is averaged along z.
 *
 * @returns float32 `[Ns, H', W', dv]`; the caller owns it
 * @throws ShapeError when a slice has more than one plane or a volume fewer than three
 */
export function encodeImage(
  encoder: VisionEncoder,
  image: PreparedImage,
  { modality, composition }: { modality: Modality; composition: CompositionName },
): tf.Tensor4D {
  if (modality === 'slice' && image.shape[0] !== 1) {
    throw new ShapeError(
      `encodeImage: a slice has one plane; got ${image.shape[0]}; ask about it as a volume`,
    );
  }
  if (encoder.takes === 'volume') return encodeWhole(encoder, image);
  const units = tf.tidy(() => {
    const planes = tf.tensor3d(image.data, [...image.shape]);
    return (modality === 'slice' ? replicateSlices : UNITS[composition])(planes);
  });
  try {
    return encoder.encode(units);
  } finally {
    units.dispose();
  }
}

function encodeWhole(encoder: VolumeEncoder, { data, shape }: PreparedImage): tf.Tensor4D {
  return tf.tidy(() => {
    const planes = tf.tensor3d(data, [...shape]);
    if (shape[0] !== 1) return encoder.encode(planes);
    const features = encoder.encode(tf.tile(planes, [encoder.depth, 1, 1])); // [Ns, H', W', dv]
    return tf.mean(features, 0, true); // [1, H', W', dv]
  });
}
