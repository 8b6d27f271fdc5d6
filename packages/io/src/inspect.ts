import type { Modality } from '@omnict/nn';
import type { ImageFormat } from './image-format';
import type { ReadOptions } from './read-image';
import { readVolume } from './read-volume';

/** Facts about a CT image; nothing about the patient. */
export interface ImageFacts {
  format: ImageFormat;
  modality: Modality;
  /** `[D, H, W]`. */
  shape: readonly number[];
  /** `[z, y, x]`. */
  spacingMm: readonly number[];
  /** Towards which side array axes x, y, z run, after reading: `LPS`, or `LPS, oblique`. */
  orientation: string;
  /** Centre of the first voxel, `[x, y, z]` LPS. */
  originMm: readonly number[];
  /** 3 x 3 row-major, as ITK. */
  directionLps: readonly number[];
  huMin: number;
  huMax: number;
  huMean: number;
  warnings: string[];
}

/** Cosine above which an axis counts as parallel to the patient's. */
const PARALLEL = 0.9999;

/** Reads an image and tells its format, geometry and intensities. @throws as readVolume */
export async function inspect(path: string, options: ReadOptions = {}): Promise<ImageFacts> {
  const { volume, format, warnings } = await readVolume(path, options);
  const { data, shape, spacing, origin, direction } = volume;
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
    sum += value;
  }
  const isOblique = [0, 4, 8].some((at) => (direction[at] as number) < PARALLEL);
  return {
    format,
    modality: shape[0] === 1 ? 'slice' : 'volume',
    shape,
    spacingMm: spacing,
    orientation: isOblique ? 'LPS, oblique' : 'LPS',
    originMm: origin,
    directionLps: direction,
    huMin: low,
    huMax: high,
    huMean: sum / data.length,
    warnings,
  };
}
