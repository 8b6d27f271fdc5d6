import type { VolumeGeometry } from '@omnict/core';
import { areOrthogonal } from '../vectors';

/** 4 x 4 row-major matrix, voxel index `[i, j, k]` (x, y, z axes of the array) to RAS mm. */
export type Affine = readonly number[];

/** NIfTI's world is RAS, ITK's LPS: x and y change sign. */
const LPS_SIGN = [-1, -1, 1] as const;

/** Affine of a geometry. */
export function affineOf({ spacing, origin, direction }: VolumeGeometry): number[] {
  const voxel = [spacing[2], spacing[1], spacing[0]] as const; // x, y, z
  const rows = LPS_SIGN.map((sign, row) => [
    ...voxel.map((size, column) => sign * (direction[row * 3 + column] as number) * size),
    sign * (origin[row] as number),
  ]);
  return [...rows.flat(), 0, 0, 0, 1];
}

/** Geometry of an affine and the array's shape. Zero-length axes are the caller's to refuse. */
export function geometryOf(affine: Affine, shape: VolumeGeometry['shape']): VolumeGeometry {
  const column = (axis: number): number[] =>
    LPS_SIGN.map((sign, row) => sign * (affine[row * 4 + axis] as number));
  const columns = [0, 1, 2].map(column);
  const voxel = columns.map((vector) => Math.hypot(...vector));
  const direction = LPS_SIGN.flatMap((_, row) =>
    columns.map((vector, axis) => (vector[row] as number) / (voxel[axis] as number)),
  );
  const origin = column(3) as [number, number, number];
  const [x, y, z] = voxel as [number, number, number];
  return { shape, spacing: [z, y, x], origin, direction };
}

/** Distance in mm, or a share of a voxel's step, that tells two placements apart. */
const PLACE_TOLERANCE = 1e-2;

/** True when an affine's axes stand at right angles. */
export function isOrthogonal(affine: Affine): boolean {
  return areOrthogonal(
    [0, 1, 2].map((axis) => [0, 4, 8].map((row) => affine[row + axis] as number)),
  );
}

/** True when two affines differ by more than rounding. */
export function placeDiffers(a: Affine, b: Affine): boolean {
  return a.some((value, index) => Math.abs(value - (b[index] as number)) > PLACE_TOLERANCE);
}

/**
 * Affine of a quaternion (NIfTI-1's "method 2").
 *
 * `voxel` is `[x, y, z]` in mm; `handedness` is pixdim[0]: the z axis is mirrored when it is negative.
 *
 * @param quaternion `[b, c, d]`
 * @param offset mm
 */
export function affineOfQuaternion(
  quaternion: readonly [number, number, number],
  offset: readonly [number, number, number],
  { voxel, handedness }: { voxel: readonly [number, number, number]; handedness: number },
): number[] {
  let [b, c, d] = quaternion;
  const square = b * b + c * c + d * d;
  let a = 0;
  if (square > 1) {
    const length = Math.sqrt(square); // rounding in the file: a half turn
    [b, c, d] = [b / length, c / length, d / length];
  } else {
    a = Math.sqrt(1 - square);
  }
  const [dx, dy] = voxel;
  const dz = voxel[2] * (handedness < 0 ? -1 : 1);
  return [
    (a * a + b * b - c * c - d * d) * dx,
    2 * (b * c - a * d) * dy,
    2 * (b * d + a * c) * dz,
    offset[0],
    2 * (b * c + a * d) * dx,
    (a * a + c * c - b * b - d * d) * dy,
    2 * (c * d - a * b) * dz,
    offset[1],
    2 * (b * d - a * c) * dx,
    2 * (c * d + a * b) * dy,
    (a * a + d * d - b * b - c * c) * dz,
    offset[2],
    0,
    0,
    0,
    1,
  ];
}
