import type { Modality } from '@omnict/core';
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
  /** Towards which side array axes x, y, z run, after reading, as closely as the grid allows: `LPS`. */
  orientation: string;
  /** `HU`, or `intensity` for values of 0 to 1 that are none, shown spread over [-1000, 1000]. */
  values: 'HU' | 'intensity';
  /** Centre of the first voxel, `[x, y, z]` LPS. */
  originMm: readonly number[];
  /** 3 x 3 row-major, as ITK. */
  directionLps: readonly number[];
  huMin: number;
  huMax: number;
  huMean: number;
  warnings: string[];
}

/** Angle up to which an axis counts as parallel to the patient's, degrees. */
const MAX_DEGREES = 0.5;

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
  const degrees = obliqueness(direction);
  if (degrees > MAX_DEGREES) {
    warnings.push(
      `the axes are turned by up to ${degrees.toFixed(1)} degrees against the patient's`,
    );
  }
  return {
    format,
    modality: shape[0] === 1 ? 'slice' : 'volume',
    shape,
    spacingMm: spacing,
    orientation: orientationOf(direction),
    originMm: origin,
    directionLps: direction,
    values: volume.isIntensity === true ? 'intensity' : 'HU',
    huMin: low,
    huMax: high,
    huMean: sum / data.length,
    warnings,
  };
}

/** Side of the patient that each array axis runs to, as closely as the grid allows. */
function orientationOf(direction: readonly number[]): string {
  const sides = ['LR', 'PA', 'SI'];
  return [0, 1, 2]
    .map((axis) => {
      const column = columnOf(direction, axis);
      const along = column.map(Math.abs);
      const row = along.indexOf(Math.max(...along));
      return sides[row]?.[(column[row] as number) < 0 ? 1 : 0] ?? '?';
    })
    .join('');
}

function columnOf(direction: readonly number[], axis: number): number[] {
  return [0, 3, 6].map((row) => direction[row + axis] as number);
}

/** Largest angle between an axis of the array and the patient's axis it runs along, degrees. */
function obliqueness(direction: readonly number[]): number {
  const cosines = [0, 1, 2].map((axis) => Math.max(...columnOf(direction, axis).map(Math.abs)));
  return (Math.acos(Math.min(1, ...cosines)) * 180) / Math.PI;
}
