import {
  ConfigError,
  type OrganMask,
  type Shape3D,
  type Volume,
  type VolumeGeometry,
} from '@omnict/core';
import { resampleAxes, type PlaneReader, type PlaneSource } from './resample-axes';

/** How to resample a volume: to a size in voxels or to a spacing in mm, one of the two. */
export interface ResampleOptions {
  /** `[D, H, W]`. */
  size?: Shape3D;
  /** `[z, y, x]` mm; the extent is kept, so the spacing comes out as near as whole voxels allow. */
  spacing?: readonly [z: number, y: number, x: number];
  /** Default `trilinear`; labels are always resampled by `nearest`. */
  interpolation?: 'trilinear' | 'nearest';
  /** Averages over the new voxels when shrinking; default false. Trilinear only. */
  antialias?: boolean;
}

/**
 * Resamples a volume or label map over its whole physical extent; geometry follows.
 *
 * @throws ConfigError unless exactly one of size and spacing is given and above 0
 */
export function resample<T extends Volume | OrganMask>(image: T, options: ResampleOptions): T {
  const size = wantedSize(image, options);
  const { interpolation = 'trilinear', antialias = false } = options;
  const { data, shape } = image;
  const values =
    data instanceof Uint8Array || interpolation === 'nearest'
      ? resampleNearest(data, shape, size)
      : resampleAxes(planesOf(data), shape, { size, antialias });
  return { ...image, ...resampledGeometry(image, size), data: values };
}

/**
 * Resamples to another grid over the same physical extent, trilinearly.
 *
 * Voxels are cells, values lie at their centres: output cell i of n samples position
 * `(i + 0.5) * s / n - 0.5` of s input cells, clamped at the border. This is PyTorch's
 * `interpolate(mode='trilinear', align_corners=False)`; shrinking does not smooth first.
 *
 * @param data `[D, H, W]` @param shape its shape @param size the new shape
 * @returns float32 of the new shape
 */
export function resampleTrilinear(
  data: ArrayLike<number>,
  shape: Shape3D,
  size: Shape3D,
): Float32Array {
  return resampleAxes(planesOf(data), shape, { size, antialias: false });
}

/**
 * Resamples to another grid over the same extent: each output cell takes the value at its centre.
 *
 * @param data `[D, H, W]` @param shape its shape @param size the new shape
 */
export function resampleNearest<V extends Uint8Array | Int16Array | Float32Array>(
  data: V,
  shape: Shape3D,
  size: Shape3D,
): V {
  const [, height, width] = shape;
  const source = (out: number, axis: 0 | 1 | 2): Int32Array =>
    Int32Array.from({ length: out }, (_, i) => Math.floor(((i + 0.5) * shape[axis]) / out));
  const [zs, ys, xs] = [source(size[0], 0), source(size[1], 1), source(size[2], 2)] as const;
  const output = new (data.constructor as new (length: number) => V)(size[0] * size[1] * size[2]);
  let index = 0;
  for (const z of zs) {
    for (const y of ys) {
      const row = (z * height + y) * width;
      for (let i = 0; i < xs.length; i++) output[index++] = data[row + (xs[i] as number)] as number;
    }
  }
  return output;
}

/** Geometry after resampling to a new shape over the same extent. */
export function resampledGeometry(geometry: VolumeGeometry, size: Shape3D): VolumeGeometry {
  const { shape, spacing, origin, direction } = geometry;
  const next = spacing.map(
    (value, axis) => (value * (shape[axis] as number)) / (size[axis] as number),
  ) as [number, number, number];
  // The first cell's centre moves by half the change of cell size, along each axis.
  const shift = [2, 1, 0].map((axis) => ((next[axis] as number) - (spacing[axis] as number)) / 2);
  const moved = origin.map(
    (value, row) =>
      value +
      shift.reduce((sum, step, column) => sum + (direction[row * 3 + column] as number) * step, 0),
  ) as [number, number, number];
  return { shape: size, spacing: next, origin: moved, direction };
}

function wantedSize(
  { shape, spacing: current }: VolumeGeometry,
  { size, spacing }: ResampleOptions,
): Shape3D {
  const wanted =
    size ??
    (spacing?.map((step, axis) =>
      Math.max(1, Math.round(((shape[axis] as number) * (current[axis] as number)) / step)),
    ) as Shape3D | undefined);
  const isSound = wanted?.every((length) => Number.isSafeInteger(length) && length > 0) === true;
  if (wanted !== undefined && isSound && (size === undefined) !== (spacing === undefined)) {
    return wanted;
  }
  throw new ConfigError(
    `resample: expected either a size of whole voxels or a spacing above 0 mm, got ${JSON.stringify({ size, spacing })}; give one of them`,
  );
}

/** Values as they are. */
function planesOf(data: ArrayLike<number>): PlaneSource {
  const read: PlaneReader =
    data instanceof Float32Array
      ? (target, plane) =>
          target.set(data.subarray(plane * target.length, (plane + 1) * target.length))
      : (target, plane) => {
          const start = plane * target.length;
          for (let i = 0; i < target.length; i++) target[i] = data[start + i] as number;
        };
  return { scratchBytes: 0, open: () => read };
}
