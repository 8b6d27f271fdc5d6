import { FormatError, UnsupportedError, type VolumeGeometry } from '@omnict/core';
import { basename } from 'node:path';
import type { Voxels } from './decode-slices';
import type { Stack } from './stack-slices';
import { isScattered, isTilted, straightened } from './straighten';

/** What to do about slices that are not evenly spaced. */
export type MissingSlicePolicy = 'resample' | 'warn' | 'refuse';

/** What to do about a tilted gantry. */
export type TiltPolicy = 'shear' | 'refuse';

/** Departure from even spacing that counts as a gap, in spacings. */
const IRREGULAR = 0.05;

/** Widest gap that is filled, mm: beyond, nothing is known of what lies between. Our choice. */
const MAX_GAP_MM = 100;

/** Gaps of one width in a row that are no missing slices but another spacing. Our choice. */
const MIN_RUN = 3;

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
  const isShifted = isTilted(stack);
  const upright = isShifted ? straightened(data, stack) : { data, geometry: stack.geometry };
  const { geometry } = upright;
  if (isShifted) {
    const [, height, width] = geometry.shape;
    warnings.push(
      `the gantry was tilted; slices were sheared to an upright grid of ${height} x ${width} pixels`,
    );
  }
  const problem = unevenness(stack);
  if (problem === undefined) return { ...upright, warnings };
  const [spacing] = geometry.spacing;
  if (onMissingSlice === 'warn') {
    warnings.push(`${problem}; positions along z are wrong by up to a gap`);
    return { ...upright, warnings };
  }
  warnings.push(`${problem}; filled by interpolation to one every ${spacing.toFixed(3)} mm`);
  const depth = evenDepth(stack);
  const even = { ...geometry, shape: [depth, geometry.shape[1], geometry.shape[2]] as const };
  return { data: interpolated(upright.data, stack.offsets, even), geometry: even, warnings };
}

/**
 * Refuses what may not or cannot be mended, before any pixel is decoded.
 *
 * @throws FormatError for uneven slices under the policy `refuse`, and under `resample` where more
 *   would be invented than is there; UnsupportedError for a tilted gantry under the policy `refuse`
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
  if (isScattered(stack)) {
    throw new FormatError(
      `${path}: slices lie beside each other, further apart than the image is wide; expected one stack; separate the series`,
    );
  }
  const problem = unevenness(stack);
  if (problem === undefined || onMissingSlice === 'warn') return;
  if (onMissingSlice === 'refuse') {
    throw new FormatError(
      `${path}: ${problem}; expected one every ${stack.geometry.spacing[0].toFixed(3)} mm; fetch the whole series, or allow resampling`,
    );
  }
  const { offsets, slices } = stack;
  const invented = evenDepth(stack) - slices.length;
  const { width, index } = widestGap(offsets);
  if (invented <= slices.length && width <= MAX_GAP_MM) return;
  // Of two parts the smaller one lies apart.
  const far = slices[index < slices.length / 2 ? index - 1 : index];
  throw new FormatError(
    `${path}: ${invented} of ${invented + slices.length} planes would be invented: slice ${basename(far?.file.path ?? '')} lies ${width.toFixed(0)} mm from the next; expected gaps of at most ${MAX_GAP_MM} mm and fewer missing slices than there are; remove the slices that lie apart, or fetch the whole series`,
  );
}

/** True when slices seem to be missing, or are unevenly spaced. */
export function hasGaps(stack: Stack): boolean {
  return unevenness(stack) !== undefined;
}

/** Planes of an even grid from the first slice to the last. */
function evenDepth({ offsets, geometry }: Stack): number {
  return Math.floor((offsets[offsets.length - 1] as number) / geometry.spacing[0] + 1e-6) + 1;
}

function distancesOf(offsets: readonly number[]): number[] {
  return offsets.slice(1).map((offset, index) => offset - (offsets[index] as number));
}

/** Width of the widest gap, and the slice behind it. */
function widestGap(offsets: readonly number[]): { width: number; index: number } {
  const distances = distancesOf(offsets);
  const width = distances.reduce((most, distance) => Math.max(most, distance), 0);
  return { width, index: distances.indexOf(width) + 1 };
}

/** What is wrong with the distances between slices; undefined when they are even. */
function unevenness({ offsets, geometry }: Stack): string | undefined {
  const [spacing] = geometry.spacing;
  const isEven = offsets.every(
    (offset, index) =>
      Math.abs(offset - index * spacing) <= IRREGULAR * spacing * Math.max(1, index / 20),
  );
  if (isEven) return undefined;
  const distances = distancesOf(offsets).map((distance) => distance / spacing);
  const missing = distances.map((steps) => Math.round(steps) - 1);
  // Slices are missing where a distance is a multiple, here and there; else the scan is made so.
  const isWhole = distances.every((steps, index) => {
    return (
      Math.abs(steps - 1 - (missing[index] as number)) <= 2 * IRREGULAR && Math.round(steps) > 0
    );
  });
  const total = missing.reduce((sum, count) => sum + count, 0);
  if (isWhole && total > 0 && longestRun(missing) < MIN_RUN) {
    return `${total} slices are missing among ${offsets.length}`;
  }
  const [least, most] = [Math.min(...distances), Math.max(...distances)].map((steps) =>
    (steps * spacing).toFixed(3),
  );
  return `the ${offsets.length} slices are unevenly spaced, ${least} to ${most} mm`;
}

/** Most gaps of one width in a row. */
function longestRun(missing: readonly number[]): number {
  let [longest, current] = [0, 0];
  missing.forEach((count, index) => {
    if (count === 0) current = 0;
    else current = count === missing[index - 1] ? current + 1 : 1;
    longest = Math.max(longest, current);
  });
  return longest;
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
