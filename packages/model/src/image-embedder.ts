import { loadVisionEncoder } from '@omnict/encoding';
import { prepareVolume, readVolume } from '@omnict/io';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { encodeImage } from './image-features';

/** Slices that a volume is resampled to: the paper's depth. */
const DEPTH = 32;

/** Turns image files into one feature each. */
export interface ImageEmbedder {
  /** Features of the whole image, averaged over units and patches: float32 `[dv]`. */
  embed: (path: string) => Promise<Float32Array>;
  dispose: () => void;
}

/**
 * Embeds images with a frozen vision encoder, to compare them. Windowed to [-1000, 1000] HU.
 *
 * @param encoderName preset, pulled model (owner/name) or folder
 * @throws ConfigError, MissingDataError, FormatError
 */
export async function imageEmbedder(encoderName: string): Promise<ImageEmbedder> {
  await selectEngine();
  const encoder = await loadVisionEncoder(encoderName);
  const depth = encoder.takes === 'volume' ? encoder.depth : DEPTH;
  const size = [depth, encoder.imageSize, encoder.imageSize] as const;
  const embed = async (path: string): Promise<Float32Array> => {
    const { volume } = await readVolume(path);
    const modality = volume.shape[0] === 1 ? 'slice' : 'volume';
    const prepared = prepareVolume(volume, { window: [-1000, 1000], size, modality });
    const pooled = tf.tidy(() => {
      const features = encodeImage(encoder, prepared, { modality, composition: 'compose' }); // [Ns, H', W', dv]
      return tf.mean(features, [0, 1, 2]); // [dv]
    });
    try {
      return (await pooled.data()) as Float32Array;
    } finally {
      pooled.dispose();
    }
  };
  return { embed, dispose: () => encoder.dispose() };
}
