import { FormatError, type VolumeGeometry } from '@omnict/core';
import { cross, dot } from '../vectors';
import type { SliceHeader } from './slice-header';

/** Slices in order, and how they lie. */
export interface Stack {
  /** Feet to head along the normal, or as near to it as the tilt allows. */
  slices: SliceHeader[];
  /** Distance of each slice from the first along the normal, mm. */
  offsets: number[];
  /** In-plane shift of each slice against the first, mm along x and y: not 0 for a tilted gantry. */
  shifts: { x: number; y: number }[];
  /** Geometry of the slices as they are, spacing along z being the median distance. */
  geometry: VolumeGeometry;
  warnings: string[];
}

/** Positions closer than this are one position, mm. */
const SAME_POSITION_MM = 1e-3;

/** Rows to the left, columns to the back: how CT is acquired. */
const AXIAL = [1, 0, 0, 0, 1, 0];

/**
 * Orders slices by their position along the normal of their plane: file names and instance numbers
 * say nothing reliable.
 *
 * A lone slice without geometry is taken as axial with pixels of 1 mm, and a warning says so.
 *
 * @throws FormatError when a series lacks geometry, or two slices lie at one place
 */
export function stackSlices(path: string, found: readonly SliceHeader[]): Stack {
  const warnings: string[] = [];
  const unordered = withGeometry(path, found, warnings);
  const [reference] = unordered as [SliceHeader];
  const [x, y] = inPlaneAxes(path, reference.orientation);
  const normal = cross(x, y);
  const along = ({ position }: SliceHeader): number => dot(position, normal);
  const slices = [...unordered].sort((a, b) => along(a) - along(b));
  const [first] = slices as [SliceHeader];
  const offsets = slices.map((slice) => along(slice) - along(first));
  offsets.forEach((offset, index) => {
    if (index === 0 || offset - (offsets[index - 1] as number) > SAME_POSITION_MM) return;
    throw new FormatError(
      `${path}: two of ${slices.length} slices lie at one place; expected one scan; separate its phases or reconstructions`,
    );
  });
  const from = (slice: SliceHeader): number[] =>
    slice.position.map((value, axis) => value - (first.position[axis] as number));
  const shifts = slices.map((slice) => ({ x: dot(from(slice), x), y: dot(from(slice), y) }));
  const [rowSpacing, columnSpacing] = first.pixelSpacing as [number, number];
  const thickness = first.sliceThickness > 0 ? first.sliceThickness : 1;
  return {
    slices,
    offsets,
    shifts,
    geometry: {
      shape: [slices.length, first.file.rows, first.file.columns],
      spacing: [medianDistance(offsets) ?? thickness, rowSpacing, columnSpacing],
      origin: first.position as unknown as [number, number, number],
      direction: [0, 1, 2].flatMap((row) => [x[row], y[row], normal[row]] as number[]),
    },
    warnings,
  };
}

function withGeometry(
  path: string,
  slices: readonly SliceHeader[],
  warnings: string[],
): SliceHeader[] {
  const isLone = slices.length === 1;
  const filled = slices.map((slice) => {
    if (!isLone) return slice;
    const { position, orientation, pixelSpacing } = slice;
    if (orientation.length === 0) warnings.push('no orientation: the slice was taken as axial');
    if (position.length === 0) warnings.push('no position: the slice was put at 0');
    if (pixelSpacing.length === 0) warnings.push('no pixel spacing: pixels of 1 mm assumed');
    return {
      ...slice,
      orientation: orientation.length === 0 ? AXIAL : orientation,
      position: position.length === 0 ? [0, 0, 0] : position,
      pixelSpacing: pixelSpacing.length === 0 ? [1, 1] : pixelSpacing,
    };
  });
  for (const { position, orientation, pixelSpacing } of filled) {
    const isComplete =
      position.length === 3 && orientation.length === 6 && pixelSpacing.length === 2;
    const values = [...position, ...orientation, ...pixelSpacing];
    if (isComplete && values.every(Number.isFinite) && pixelSpacing.every((size) => size > 0)) {
      continue;
    }
    throw new FormatError(
      `${path}: a slice has no usable position, orientation or pixel spacing; expected all three; export the series again`,
    );
  }
  return filled;
}

/** Directions of rows and columns. @throws FormatError unless they are unit vectors at right angles */
function inPlaneAxes(path: string, orientation: readonly number[]): [number[], number[]] {
  const x = orientation.slice(0, 3);
  const y = orientation.slice(3, 6);
  const [lengthX, lengthY] = [Math.hypot(...x), Math.hypot(...y)];
  if (Math.abs(dot(x, y)) < 0.01 && Math.abs(lengthX - 1) < 0.01 && Math.abs(lengthY - 1) < 0.01) {
    return [x, y];
  }
  throw new FormatError(
    `${path}: slice orientation [${orientation.join(', ')}] is impossible; expected two unit vectors at right angles; export the series again`,
  );
}

function medianDistance(offsets: readonly number[]): number | undefined {
  const distances = offsets
    .slice(1)
    .map((offset, index) => offset - (offsets[index] as number))
    .sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)];
}
