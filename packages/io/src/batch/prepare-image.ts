import type { Modality, Shape3D } from '@omnict/core';
import { writeNpy } from '../npy-format';
import { prepareVolume } from '../prepare';
import type { ReadOptions } from '../read-image';
import { readVolume } from '../read-volume';
import type { HounsfieldWindow } from '../window';

/** How to read and prepare images. */
export interface PrepareSettings {
  window: HounsfieldWindow;
  /** `[D, H, W]`. */
  size: Shape3D;
  /** Averages over the new voxels when shrinking. */
  antialias?: boolean;
  /** Half the size on disk; 11 bits of mantissa are finer than a Hounsfield unit. */
  float16?: boolean;
  read?: ReadOptions;
}

/** What came of one image. */
export interface PreparedImage {
  modality: Modality;
  shape: Shape3D;
  /** Shape that it was read with. */
  from: Shape3D;
  warnings: string[];
}

/** Reads, windows, resamples and writes one image as .npy. @throws as readVolume */
export async function prepareImage(
  path: string,
  { out, settings }: { out: string; settings: PrepareSettings },
): Promise<PreparedImage> {
  const { volume, warnings } = await readVolume(path, settings.read);
  const modality = volume.shape[0] === 1 ? 'slice' : 'volume';
  const prepared = prepareVolume(volume, { ...settings, modality });
  await writeNpy(out, prepared, { float16: settings.float16 ?? false });
  return { modality, shape: prepared.shape, from: volume.shape, warnings };
}
