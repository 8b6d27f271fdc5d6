import { FormatError, type VolumeGeometry } from '@omnict/nn';
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
}

/** Positions closer than this are one position, mm. */
const SAME_POSITION_MM = 1e-3;

/**
 * Orders slices by their position along the normal of their plane: file names and instance numbers
 * say nothing reliable.
 *
 * @throws FormatError when geometry is missing, or two slices lie at one place
 */
export function stackSlices(path: string, unordered: readonly SliceHeader[]): Stack {
  for (const { position, orientation, pixelSpacing } of unordered) {
    const isComplete =
      position.length === 3 && orientation.length === 6 && pixelSpacing.length === 2;
    const numbers = [...position, ...orientation, ...pixelSpacing];
    if (isComplete && numbers.every(Number.isFinite) && pixelSpacing.every((size) => size > 0)) {
      continue;
    }
    throw new FormatError(
      `${path}: a slice has no usable position, orientation or pixel spacing; expected all three; export the series again`,
    );
  }
  const [reference] = unordered as [SliceHeader];
  const x = reference.orientation.slice(0, 3);
  const y = reference.orientation.slice(3, 6);
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
      shape: [slices.length, first.rows, first.columns],
      spacing: [medianDistance(offsets) ?? thickness, rowSpacing, columnSpacing],
      origin: first.position as unknown as [number, number, number],
      direction: [0, 1, 2].flatMap((row) => [x[row], y[row], normal[row]] as number[]),
    },
  };
}

function medianDistance(offsets: readonly number[]): number | undefined {
  const distances = offsets
    .slice(1)
    .map((offset, index) => offset - (offsets[index] as number))
    .sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + value * (b[axis] as number), 0);
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  const [ax, ay, az] = a as [number, number, number];
  const [bx, by, bz] = b as [number, number, number];
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
