import type { VolumeGeometry } from '@omnict/core';

/** Share of a voxel by which positions may differ: files round their headers. */
const TOLERANCE_VOXELS = 0.05;

/** True when two grids have the same shape, and their corners the same place in the patient. */
export function sameGrid(a: VolumeGeometry, b: VolumeGeometry): boolean {
  if (a.shape.some((size, axis) => size !== b.shape[axis])) return false;
  const tolerance = TOLERANCE_VOXELS * Math.min(...a.spacing);
  const last = a.shape.map((size) => size - 1) as [number, number, number];
  const corners = [
    [0, 0, 0],
    [last[0], 0, 0],
    [0, last[1], 0],
    [0, 0, last[2]],
  ] as const;
  return corners.every((corner) => {
    const there = positionOf(b, corner);
    return positionOf(a, corner).every(
      (value, row) => Math.abs(value - (there[row] as number)) <= tolerance,
    );
  });
}

/** Patient coordinates `[x, y, z]`, mm LPS, of voxel `[z, y, x]`. */
export function positionOf(
  { origin, spacing, direction }: VolumeGeometry,
  [z, y, x]: readonly [number, number, number],
): [number, number, number] {
  const offset = [x * spacing[2], y * spacing[1], z * spacing[0]];
  return origin.map(
    (value, row) =>
      value +
      offset.reduce((sum, step, axis) => sum + (direction[row * 3 + axis] as number) * step, 0),
  ) as [number, number, number];
}
