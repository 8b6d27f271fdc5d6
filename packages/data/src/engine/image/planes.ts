import type { Volume } from '@omnict/core';

/** One plane of an image, `[H, W]` in HU. */
export interface Plane {
  hu: Float32Array;
  width: number;
  height: number;
}

/** How a slice lies in the patient. */
export const PLANE_NAMES = ['axial', 'coronal', 'sagittal'] as const;

/** One of the ways a slice lies. */
export type PlaneName = (typeof PLANE_NAMES)[number];

/**
 * Planes spread evenly over an image: all of a slice is one plane, of a volume the outer tenths are
 * left out, since they often show little.
 */
export function planesOf({ data, shape }: Volume, count: number): Plane[] {
  const [depth, height, width] = shape;
  // One row or column: a coronal or sagittal slice, whose planes are not along z.
  if (height === 1 || width === 1) {
    return [{ hu: Float32Array.from(data), height: depth, width: Math.max(height, width) }];
  }
  const chosen = Math.min(count, depth);
  return Array.from({ length: chosen }, (_, index) => {
    const share = 0.1 + (0.8 * (index + 0.5)) / chosen;
    const z = Math.min(depth - 1, Math.floor(share * depth));
    const size = height * width;
    return { hu: Float32Array.from(data.subarray(z * size, (z + 1) * size)), height, width };
  });
}

/** How a slice lies, axes being in patient order; `undefined` for a volume. */
export function planeName({ shape }: Pick<Volume, 'shape'>): PlaneName | undefined {
  const flat = shape.findIndex((length) => length === 1);
  return flat < 0 ? undefined : PLANE_NAMES[flat];
}
