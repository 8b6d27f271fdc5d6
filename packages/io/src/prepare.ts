import { ConfigError, type Modality, type OrganMask, type Shape3D, type Volume } from '@omnict/nn';
import { resampleNearest, resampleTrilinear } from './resample';

/** Hounsfield window `[low, high]`. */
export type HounsfieldWindow = readonly [low: number, high: number];

/** Windowed, resampled image: values in [-1, 1]. */
export interface PreparedVolume {
  data: Float32Array;
  shape: Shape3D;
}

/**
 * Maps HU linearly so that the window's ends become -1 and 1, and clamps the rest: also scanner
 * padding far below air.
 *
 * @throws ConfigError when the window is empty
 */
export function applyWindow(
  values: ArrayLike<number>,
  [low, high]: HounsfieldWindow,
): Float32Array {
  if (!(low < high)) {
    throw new ConfigError(
      `window: low end must be below high end; got [${low}, ${high}]; swap or widen it`,
    );
  }
  const scale = 2 / (high - low);
  const output = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    output[i] = Math.max(-1, Math.min(1, ((values[i] as number) - low) * scale - 1));
  }
  return output;
}

/**
 * The paper's preparation (App. E): window, then resample over the whole extent.
 *
 * Windowing first keeps bright metal or padding from bleeding into its neighbours.
 *
 * `size` is `[D, H, W]`; a slice keeps its one plane.
 */
export function prepareVolume(
  volume: Volume,
  {
    window,
    size,
    modality = 'volume',
  }: { window: HounsfieldWindow; size: Shape3D; modality?: Modality },
): PreparedVolume {
  const target = targetSize(volume.shape, size, modality);
  const windowed = applyWindow(volume.data, window);
  return { data: resampleTrilinear(windowed, volume.shape, target), shape: target };
}

/** A label map on the grid of the prepared image. */
export function prepareMask(
  mask: OrganMask,
  { size, modality = 'volume' }: { size: Shape3D; modality?: Modality },
): { data: Uint8Array; shape: Shape3D } {
  const target = targetSize(mask.shape, size, modality);
  return { data: resampleNearest(mask.data, mask.shape, target), shape: target };
}

function targetSize(shape: Shape3D, size: Shape3D, modality: Modality): Shape3D {
  if (modality === 'volume') return size;
  if (shape[0] === 1) return [1, size[1], size[2]];
  throw new ConfigError(
    `prepare: a slice must have one plane; got ${shape[0]}; prepare it as a volume or pick a plane`,
  );
}
