import { FormatError, UnsupportedError, type VolumeGeometry } from '@omnict/core';
import type { Voxels } from './decode-slices';
import type { Stack } from './stack-slices';

/** What to do about slices that are not evenly spaced. */
export type MissingSlicePolicy = 'resample' | 'warn' | 'refuse';

/** What to do about a tilted gantry. */
export type TiltPolicy = 'shear' | 'refuse';

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
 */
export function regularGrid(
  { data, stack }: { data: Voxels; stack: Stack },
  { onMissingSlice }: { onMissingSlice: MissingSlicePolicy },
): RegularVolume {
  const warnings: string[] = [];
  const { offsets, geometry } = stack;
  const isShifted = isTilted(stack);
  const upright = isShifted ? straightened(data, stack) : data;
  if (isShifted) warnings.push('the gantry was tilted; slices were sheared to an upright grid');
  const problem = unevenness(stack);
  if (problem === undefined) return { data: upright, geometry, warnings };
  const [spacing] = geometry.spacing;
  if (onMissingSlice === 'warn') {
    warnings.push(`${problem}; positions along z are wrong by up to a gap`);
    return { data: upright, geometry, warnings };
  }
  warnings.push(`${problem}; filled by interpolation to one every ${spacing.toFixed(3)} mm`);
  const last = offsets[offsets.length - 1] as number;
  const depth = Math.floor(last / spacing + 1e-6) + 1;
  const even = { ...geometry, shape: [depth, geometry.shape[1], geometry.shape[2]] as const };
  return { data: interpolated(upright, offsets, even), geometry: even, warnings };
}

/**
 * Refuses what a policy does not allow to be mended, before any pixel is decoded.
 *
 * @throws FormatError for uneven slices under the policy `refuse`, UnsupportedError for a tilted
 *   gantry under the policy `refuse`
 */
export function checkPolicies(
  path: string,
  stack: Stack,
  { onMissingSlice, onTilt }: { onMissingSlice: MissingSlicePolicy; onTilt: TiltPolicy },
): void {
  if (onTilt === 'refuse' && isTilted(stack)) {
    throw new UnsupportedError(
      `${path}: the gantry was tilted; expected slices stacked at right angles; allow shearing, or take an upright reconstruction`,
    );
  }
  const problem = unevenness(stack);
  if (onMissingSlice === 'refuse' && problem !== undefined) {
    throw new FormatError(
      `${path}: ${problem}; expected one every ${stack.geometry.spacing[0].toFixed(3)} mm; fetch the whole series, or allow resampling`,
    );
  }
}

/** What is wrong with the distances between slices; undefined when they are even. */
function unevenness({ offsets, geometry }: Stack): string | undefined {
  const [spacing] = geometry.spacing;
  const isEven = offsets.every(
    (offset, index) =>
      Math.abs(offset - index * spacing) <= IRREGULAR * spacing * Math.max(1, index / 20),
  );
  if (isEven) return undefined;
  const last = offsets[offsets.length - 1] as number;
  const missing = Math.round(last / spacing) + 1 - offsets.length;
  return missing > 0
    ? `${missing} slices are missing among ${offsets.length}`
    : `the ${offsets.length} slices are unevenly spaced`;
}

function isTilted({ shifts, geometry }: Stack): boolean {
  const [, spacingY, spacingX] = geometry.spacing;
  return shifts.some(({ x, y }) => Math.hypot(x / spacingX, y / spacingY) > TILTED_PIXELS);
}

/** Undoes gantry tilt: moves each slice back in its plane, bilinearly. */
function straightened(data: Voxels, { shifts, geometry }: Stack): Float32Array {
  const [depth, height, width] = geometry.shape;
  const [, spacingY, spacingX] = geometry.spacing;
  const count = height * width;
  const output = new Float32Array(data.length).fill(AIR_HU);
  for (let k = 0; k < depth; k++) {
    const { x, y } = shifts[k] as { x: number; y: number };
    const planes = {
      from: data.subarray(k * count, (k + 1) * count),
      to: output.subarray(k * count, (k + 1) * count),
    };
    moveInPlane(planes, { width, height, x: x / spacingX, y: y / spacingY });
  }
  return output;
}

/** Slice pixel (i, j) lies at (i + x, j + y): the upright grid's (i, j) is its (i - x, j - y). */
function moveInPlane(
  { from, to }: { from: Voxels; to: Float32Array },
  { width, height, x, y }: { width: number; height: number; x: number; y: number },
): void {
  for (let j = 0; j < height; j++) {
    const row = j - y;
    if (row < 0 || row > height - 1) continue;
    const top = Math.floor(row);
    const v = row - top;
    const above = top * width;
    const below = Math.min(top + 1, height - 1) * width;
    for (let i = 0; i < width; i++) {
      const column = i - x;
      if (column < 0 || column > width - 1) continue;
      const left = Math.floor(column);
      const right = Math.min(left + 1, width - 1);
      const u = column - left;
      const upper = (from[above + left] as number) * (1 - u) + (from[above + right] as number) * u;
      const lower = (from[below + left] as number) * (1 - u) + (from[below + right] as number) * u;
      to[j * width + i] = upper * (1 - v) + lower * v;
    }
  }
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
