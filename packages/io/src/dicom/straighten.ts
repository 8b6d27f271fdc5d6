import type { VolumeGeometry } from '@omnict/core';
import type { Voxels } from './decode-slices';
import type { Stack } from './stack-slices';

/** Shift between first and last slice that counts as tilt, in pixels. */
const TILTED_PIXELS = 0.5;

/** What lies outside a sheared slice: air. */
const AIR_HU = -1000;

/** True when slices are not stacked at right angles to their planes. */
export function isTilted(stack: Stack): boolean {
  return shiftsInPixels(stack).some(({ x, y }) => Math.hypot(x, y) > TILTED_PIXELS);
}

/** Shift against the first slice beyond which slices are no tilted scan, in widths of the image. */
const MAX_SHIFT = 1.5;

/** True when slices lie so far beside each other that no gantry is tilted so. */
export function isScattered(stack: Stack): boolean {
  const [, height, width] = stack.geometry.shape;
  return shiftsInPixels(stack).some(
    ({ x, y }) => Math.abs(x) > MAX_SHIFT * width || Math.abs(y) > MAX_SHIFT * height,
  );
}

/** Shift of each slice against the first, in pixels along x and y. */
function shiftsInPixels({ shifts, geometry }: Stack): { x: number; y: number }[] {
  const [, spacingY, spacingX] = geometry.spacing;
  return shifts.map(({ x, y }) => ({ x: snapped(x / spacingX), y: snapped(y / spacingY) }));
}

/** Departure from whole pixels that is rounding of headers, in pixels. */
const SNAP = 0.01;

function snapped(pixels: number): number {
  const whole = Math.round(pixels);
  return Math.abs(pixels - whole) <= SNAP ? whole : pixels;
}

/**
 * Undoes gantry tilt: moves each slice back in its plane, bilinearly, onto a grid that is larger by as
 * much as slices are moved, so that nothing of them is cut off.
 */
export function straightened(
  data: Voxels,
  stack: Stack,
): { data: Float32Array; geometry: VolumeGeometry } {
  const { geometry } = stack;
  const [depth, height, width] = geometry.shape;
  const shifts = shiftsInPixels(stack);
  const [left, right] = margins(shifts.map(({ x }) => x));
  const [top, bottom] = margins(shifts.map(({ y }) => y));
  const size = { width: left + width + right, height: top + height + bottom };
  const plane = size.width * size.height;
  const output = new Float32Array(depth * plane).fill(AIR_HU);
  for (let k = 0; k < depth; k++) {
    const { x, y } = shifts[k] as { x: number; y: number };
    moveInPlane(
      {
        data: data.subarray(k * height * width, (k + 1) * height * width),
        width,
        height,
      },
      { data: output.subarray(k * plane, (k + 1) * plane), ...size },
      { x: x + left, y: y + top },
    );
  }
  const [spacingZ, spacingY, spacingX] = geometry.spacing;
  const { direction } = geometry;
  const origin = geometry.origin.map(
    (value, row) =>
      value -
      left * spacingX * (direction[3 * row] as number) -
      top * spacingY * (direction[3 * row + 1] as number),
  ) as [number, number, number];
  return {
    data: output,
    geometry: {
      ...geometry,
      shape: [depth, size.height, size.width],
      spacing: [spacingZ, spacingY, spacingX],
      origin,
    },
  };
}

/** Whole pixels that are needed before and behind for slices that are moved so. */
function margins(shifts: readonly number[]): [before: number, behind: number] {
  const [low, high] = shifts.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [0, 0],
  );
  return [Math.ceil(-low) + 0, Math.ceil(high)];
}

interface Plane<T> {
  data: T;
  width: number;
  height: number;
}

/** Slice pixel (i, j) lies at (i + x, j + y): the upright grid's (i, j) is its (i - x, j - y). */
function moveInPlane(
  from: Plane<Voxels>,
  to: Plane<Float32Array>,
  { x, y }: { x: number; y: number },
): void {
  const { width, height } = from;
  for (let j = 0; j < to.height; j++) {
    const row = j - y;
    if (row < 0 || row > height - 1) continue;
    const top = Math.floor(row);
    const v = row - top;
    const above = top * width;
    const below = Math.min(top + 1, height - 1) * width;
    for (let i = 0; i < to.width; i++) {
      const column = i - x;
      if (column < 0 || column > width - 1) continue;
      const left = Math.floor(column);
      const right = Math.min(left + 1, width - 1);
      const u = column - left;
      const upper =
        (from.data[above + left] as number) * (1 - u) + (from.data[above + right] as number) * u;
      const lower =
        (from.data[below + left] as number) * (1 - u) + (from.data[below + right] as number) * u;
      to.data[j * to.width + i] = upper * (1 - v) + lower * v;
    }
  }
}
