import { ConfigError, type Volume } from '@omnict/core';
import { areaBytes, type VoxelKernels } from './kernels/voxel-kernels';
import type { PlaneReader, PlaneSource } from './resample-axes';

/** Hounsfield window `[low, high]`. */
export type HounsfieldWindow = readonly [low: number, high: number];

/** Maps HU to [-1, 1] by a window. @throws ConfigError when the window is empty */
export function applyWindow(values: ArrayLike<number>, window: HounsfieldWindow): Float32Array {
  const output = new Float32Array(values.length);
  windowRun(values, scaleOf(window), output);
  return output;
}

/** Planes of a volume, windowed. @throws ConfigError when the window is empty */
export function windowedPlanes({ data, shape }: Volume, window: HounsfieldWindow): PlaneSource {
  const scale = scaleOf(window);
  const length = shape[1] * shape[2];
  const open = (kernels: VoxelKernels): PlaneReader => {
    if (!(data instanceof Int16Array)) {
      return (target, plane) =>
        windowRun(data.subarray(plane * length, (plane + 1) * length), scale, target);
    }
    const stored = kernels.int16(length);
    return (target, plane) => {
      stored.set(data.subarray(plane * length, (plane + 1) * length));
      kernels.window(stored, target, scale);
    };
  };
  return { scratchBytes: areaBytes(length, 2), open };
}

/** Low end, and what a unit of HU becomes. */
interface WindowScale {
  low: number;
  scale: number;
}

function scaleOf([low, high]: HounsfieldWindow): WindowScale {
  if (low < high) return { low, scale: 2 / (high - low) };
  throw new ConfigError(
    `window: low end must be below high end; got [${low}, ${high}]; swap or widen it`,
  );
}

/** The window's ends become -1 and 1; beyond them, as scanner padding far below air is, all is clamped. */
function windowRun(
  values: ArrayLike<number>,
  { low, scale }: WindowScale,
  target: Float32Array,
): void {
  for (let i = 0; i < target.length; i++) {
    const value = ((values[i] as number) - low) * scale - 1;
    target[i] = Math.max(-1, Math.min(1, value));
  }
}

/**
 * Windowed values of a volume, in [-1, 1], on its grid.
 *
 * @throws ConfigError when the window is empty
 */
export function window(
  { data, shape }: Volume,
  range: HounsfieldWindow,
): { data: Float32Array; shape: Volume['shape'] } {
  return { data: applyWindow(data, range), shape };
}
