import {
  ConfigError,
  type Modality,
  type OrganMask,
  type Shape3D,
  type Volume,
} from '@omnict/core';
import { INTENSITY_WINDOW } from './hounsfield';
import { resampleNearest } from './resample';
import { resampleAxes } from './resample-axes';
import { type HounsfieldWindow, windowedPlanes } from './window';

/** Windowed, resampled image: values in [-1, 1]. */
export interface PreparedVolume {
  data: Float32Array;
  shape: Shape3D;
}

/**
 * The paper's preparation (App. E): window, then resample over the whole extent.
 *
 * Windowing first keeps bright metal or padding from bleeding into its neighbours. Both happen plane
 * by plane: the windowed volume never exists as a whole.
 *
 * `size` is `[D, H, W]`; a slice keeps its one plane.
 */
export function prepareVolume(
  volume: Volume,
  {
    window,
    size,
    modality = 'volume',
    antialias = false,
  }: { window: HounsfieldWindow; size: Shape3D; modality?: Modality; antialias?: boolean },
): PreparedVolume {
  const target = targetSize(volume.shape, size, modality);
  // Intensities are no HU: their whole range shows, whatever the window.
  const shown = volume.isIntensity === true ? INTENSITY_WINDOW : window;
  const planes = windowedPlanes(volume, shown);
  return { data: resampleAxes(planes, volume.shape, { size: target, antialias }), shape: target };
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
