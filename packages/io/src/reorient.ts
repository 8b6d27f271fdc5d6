import type { VolumeGeometry } from '@omnict/core';

/** Typed array of one value per voxel. */
type Voxels = Float32Array | Int16Array | Uint8Array;

/**
 * Permutes and flips the array's axes so that x runs to the patient's left, y to the back, z to the
 * head, as closely as the grid allows. No value is interpolated; an oblique rest stays in
 * `direction`.
 *
 * With `inPlace` the voxels are the caller's own and are turned where they lie, if no axes change
 * places: new memory for a whole volume costs more than the turning.
 */
export function reorient<T extends VolumeGeometry & { data: Voxels }>(
  image: T,
  { inPlace = false }: { inPlace?: boolean } = {},
): T {
  const { shape, spacing, origin, direction, data } = image;
  const sources = closestAxes(direction); // [x, y, z]: array axis that becomes this one
  if (sources.every(({ axis, flip }, index) => axis === index && !flip)) return image;

  // Sizes, steps and spacings by axis x, y, z: the reverse of the array's order.
  const sizes = [shape[2], shape[1], shape[0]];
  const strides = [1, shape[2], shape[1] * shape[2]];
  const voxel = [spacing[2], spacing[1], spacing[0]];
  const moved = [...origin] as [number, number, number];
  const turned = [...direction];
  let start = 0;
  const taken = sources.map(({ axis, flip }, index) => {
    const size = sizes[axis] as number;
    const stride = strides[axis] as number;
    const sign = flip ? -1 : 1;
    if (flip) start += (size - 1) * stride;
    for (let row = 0; row < 3; row++) {
      const component = direction[row * 3 + axis] as number;
      turned[row * 3 + index] = sign * component;
      if (flip) (moved[row] as number) += (size - 1) * (voxel[axis] as number) * component;
    }
    return { size, step: sign * stride, voxel: voxel[axis] as number };
  });
  const [x, y, z] = taken as [Axis, Axis, Axis];
  const isPermuted = sources.some(({ axis }, index) => axis !== index);
  return {
    ...image,
    data: isPermuted
      ? gather(data, start, [z, y, x])
      : flip(inPlace ? data : (data.slice() as typeof data), { x, y, z }),
    shape: [z.size, y.size, x.size],
    spacing: [z.voxel, y.voxel, x.voxel],
    origin: moved,
    direction: turned,
  };
}

interface Axis {
  size: number;
  step: number;
  voxel: number;
}

/** For each of x, y, z the array axis that points most along it; each axis is used once. */
function closestAxes(direction: readonly number[]): { axis: number; flip: boolean }[] {
  const along = (row: number, axis: number): number => direction[row * 3 + axis] as number;
  let best = { score: -1, axes: [0, 1, 2] };
  for (const axes of PERMUTATIONS) {
    const score = axes.reduce((sum, axis, row) => sum + Math.abs(along(row, axis)), 0);
    if (score > best.score + 1e-9) best = { score, axes };
  }
  return best.axes.map((axis, row) => ({ axis, flip: along(row, axis) < 0 }));
}

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Reverses axes where the voxels lie. Two reversed axes of a plane are one reversed run. */
function flip<V extends Voxels>(data: V, { x, y, z }: { x: Axis; y: Axis; z: Axis }): V {
  const plane = y.size * x.size;
  const [turnX, turnY, turnZ] = [x.step < 0, y.step < 0, z.step < 0];
  // A run turned as a whole turns all axes within it; what is turned too much is turned back.
  if (turnZ) data.reverse();
  if (turnY !== turnZ) reverseRuns(data, plane);
  if (turnX !== turnY) reverseRuns(data, x.size);
  return data;
}

function reverseRuns(data: Voxels, length: number): void {
  for (let at = 0; at < data.length; at += length) data.subarray(at, at + length).reverse();
}

function gather<V extends Voxels>(data: V, start: number, [z, y, x]: [Axis, Axis, Axis]): V {
  const output = new (data.constructor as new (length: number) => V)(data.length);
  let index = 0;
  for (let k = 0; k < z.size; k++) {
    for (let j = 0; j < y.size; j++) {
      let at = start + k * z.step + j * y.step;
      for (let i = 0; i < x.size; i++, at += x.step) output[index++] = data[at] as number;
    }
  }
  return output;
}
