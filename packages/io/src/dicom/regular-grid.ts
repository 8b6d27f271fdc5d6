import { FormatError, type VolumeGeometry } from '@omnict/nn';
import type { Voxels } from './decode-slices';
import type { Stack } from './stack-slices';

/** What to do about slices that are not evenly spaced. */
export type MissingSlicePolicy = 'resample' | 'warn' | 'refuse';

/** Departure from even spacing that counts as a gap, in spacings. */
const IRREGULAR = 0.05;

/** Shift between first and last slice that counts as tilt, in pixels. */
const TILTED_PIXELS = 0.5;

/** What lies outside a sheared slice: air. */
const AIR_HU = -1000;

/** Voxels on an even, upright grid, with remarks about what was mended. */
export interface RegularVolume {
  data: Voxels;
  geometry: VolumeGeometry;
  warnings: string[];
}

/**
 * Brings slices onto an even grid at right angles: shears a tilted scan, fills gaps between slices
 * by linear interpolation.
 *
 * @throws FormatError for uneven slices under the policy `refuse`
 */
export function regularGrid(
  path: string,
  { data, stack, policy }: { data: Voxels; stack: Stack; policy: MissingSlicePolicy },
): RegularVolume {
  const warnings: string[] = [];
  const { offsets, geometry } = stack;
  const upright = straightened(data, stack, warnings);
  const [spacing] = geometry.spacing;
  const isEven = offsets.every(
    (offset, index) =>
      Math.abs(offset - index * spacing) <= IRREGULAR * spacing * Math.max(1, index / 20),
  );
  if (isEven) return { data: upright, geometry, warnings };
  const last = offsets[offsets.length - 1] as number;
  const missing = Math.round(last / spacing) + 1 - offsets.length;
  const problem =
    missing > 0
      ? `${missing} slices are missing among ${offsets.length}`
      : `the ${offsets.length} slices are unevenly spaced`;
  if (policy === 'refuse') {
    throw new FormatError(
      `${path}: ${problem}; expected one every ${spacing.toFixed(3)} mm; fetch the whole series, or allow resampling`,
    );
  }
  if (policy === 'warn') {
    warnings.push(`${problem}; positions along z are wrong by up to a gap`);
    return { data: upright, geometry, warnings };
  }
  warnings.push(`${problem}; filled by interpolation to one every ${spacing.toFixed(3)} mm`);
  const depth = Math.floor(last / spacing + 1e-6) + 1;
  const even = { ...geometry, shape: [depth, geometry.shape[1], geometry.shape[2]] as const };
  return { data: interpolated(upright, offsets, even), geometry: even, warnings };
}

/** Undoes gantry tilt: moves each slice back in its plane, bilinearly. */
function straightened(data: Voxels, { shifts, geometry }: Stack, warnings: string[]): Voxels {
  const [, spacingY, spacingX] = geometry.spacing;
  const pixels = shifts.map(({ x, y }) => ({ x: x / spacingX, y: y / spacingY }));
  const largest = Math.max(...pixels.map(({ x, y }) => Math.hypot(x, y)));
  if (largest <= TILTED_PIXELS) return data;
  warnings.push('the gantry was tilted; slices were sheared to an upright grid');
  const [depth, height, width] = geometry.shape;
  const output = new Float32Array(data.length).fill(AIR_HU);
  for (let k = 0; k < depth; k++) {
    // Slice k's pixel (i, j) lies at (i + shift): the upright grid's i is its i - shift.
    const shift = pixels[k] as { x: number; y: number };
    const sample = planeSampler(data.subarray(k * height * width, (k + 1) * height * width), width);
    for (let j = 0; j < height; j++) {
      const y = j - shift.y;
      if (y < 0 || y > height - 1) continue;
      for (let i = 0; i < width; i++) {
        const x = i - shift.x;
        if (x < 0 || x > width - 1) continue;
        output[(k * height + j) * width + i] = sample(x, y);
      }
    }
  }
  return output;
}

function planeSampler(plane: Voxels, width: number): (x: number, y: number) => number {
  const height = plane.length / width;
  return (x, y) => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
    const [u, v] = [x - left, y - top];
    const at = (row: number, column: number): number => plane[row * width + column] as number;
    const upper = at(top, left) * (1 - u) + at(top, right) * u;
    const lower = at(bottom, left) * (1 - u) + at(bottom, right) * u;
    return upper * (1 - v) + lower * v;
  };
}

function interpolated(
  data: Voxels,
  offsets: readonly number[],
  even: VolumeGeometry,
): Float32Array {
  const [depth, height, width] = even.shape;
  const plane = height * width;
  const output = new Float32Array(depth * plane);
  let below = 0;
  for (let k = 0; k < depth; k++) {
    const wanted = k * even.spacing[0];
    while (below < offsets.length - 2 && (offsets[below + 1] as number) <= wanted) below++;
    const above = Math.min(below + 1, offsets.length - 1);
    const gap = (offsets[above] as number) - (offsets[below] as number);
    const share = gap === 0 ? 0 : Math.min(1, (wanted - (offsets[below] as number)) / gap);
    for (let i = 0; i < plane; i++) {
      const low = data[below * plane + i] as number;
      output[k * plane + i] = low + share * ((data[above * plane + i] as number) - low);
    }
  }
  return output;
}
