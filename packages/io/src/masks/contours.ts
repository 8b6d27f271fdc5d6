import { UnsupportedError, type VolumeGeometry } from '@omnict/core';

/** Closed contours of one structure, points `[x, y, z]` mm LPS one after another. */
export interface ContouredStructure {
  name: string;
  contours: readonly Float64Array[];
}

/** A contour on a grid: continuous column and row of each point, and the plane it lies in. */
interface PlanarContour {
  plane: number;
  columns: Float64Array;
  rows: Float64Array;
}

/** How far points of one contour may lie from its plane, in slices. */
const PLANE_TOLERANCE = 0.25;

/** Planes closer than this are one, in slices. */
const SAME_PLANE = 0.02;

/**
 * Voxels whose centres lie inside a structure's contours, by the even-odd rule over all contours of a
 * plane: a contour within another one is a hole. A slice takes the contours nearest to it, if they
 * are not further away than half their distance from each other.
 *
 * @returns `[D, H, W]`, 1 inside
 * @throws UnsupportedError for contours that do not lie in planes of the grid
 * @see DICOM PS3.3, C.8.8.6
 */
export function rasterized(
  { name, contours }: ContouredStructure,
  geometry: VolumeGeometry,
): Uint8Array {
  const [depth, height, width] = geometry.shape;
  const voxels = new Uint8Array(depth * height * width);
  const planes = byPlane(distinct(contours).map((points) => onGrid(name, points, geometry)));
  const positions = planes.map(({ plane }) => plane);
  const reach = Math.max(1, smallestGap(positions)) / 2 + SAME_PLANE;
  for (let k = 0; k < depth; k++) {
    const nearest = planes.reduce<(typeof planes)[number] | undefined>(
      (best, one) =>
        best === undefined || Math.abs(one.plane - k) < Math.abs(best.plane - k) ? one : best,
      undefined,
    );
    if (nearest === undefined || Math.abs(nearest.plane - k) > reach) continue;
    const slice = voxels.subarray(k * height * width, (k + 1) * height * width);
    fill(slice, { height, width }, nearest.contours);
  }
  return voxels;
}

/** A contour that is there twice would cancel itself. */
function distinct(contours: readonly Float64Array[]): Float64Array[] {
  return [...new Map(contours.map((points) => [points.join(), points])).values()];
}

function onGrid(name: string, points: Float64Array, geometry: VolumeGeometry): PlanarContour {
  const count = points.length / 3;
  const [columns, rows] = [new Float64Array(count), new Float64Array(count)];
  let [low, high, sum] = [Infinity, -Infinity, 0];
  const { origin, direction, spacing } = geometry;
  for (let i = 0; i < count; i++) {
    const offset = [0, 1, 2].map(
      (axis) => (points[3 * i + axis] as number) - (origin[axis] as number),
    );
    const along = (axis: number): number =>
      offset.reduce(
        (total, value, row) => total + value * (direction[3 * row + axis] as number),
        0,
      );
    columns[i] = along(0) / spacing[2];
    rows[i] = along(1) / spacing[1];
    const plane = along(2) / spacing[0];
    low = Math.min(low, plane);
    high = Math.max(high, plane);
    sum += plane;
  }
  if (high - low > PLANE_TOLERANCE) {
    throw new UnsupportedError(
      `mask: a contour of ${name} runs through ${(high - low).toFixed(1)} slices; expected contours in planes of the image; export the structures as DICOM SEG`,
    );
  }
  return { plane: sum / count, columns, rows };
}

function byPlane(
  contours: readonly PlanarContour[],
): { plane: number; contours: PlanarContour[] }[] {
  const planes: { plane: number; contours: PlanarContour[] }[] = [];
  for (const contour of [...contours].sort((a, b) => a.plane - b.plane)) {
    const last = planes.at(-1);
    if (last !== undefined && contour.plane - last.plane <= SAME_PLANE) last.contours.push(contour);
    else planes.push({ plane: contour.plane, contours: [contour] });
  }
  return planes;
}

/** Smallest distance of neighbours in ascending numbers; 0 for fewer than two. */
export function smallestGap(positions: readonly number[]): number {
  const gaps = positions.slice(1).map((position, i) => position - (positions[i] as number));
  return gaps.length === 0 ? 0 : gaps.reduce((least, gap) => Math.min(least, gap));
}

/** Fills between the first and second crossing of each row with an edge, the third and fourth, ... */
function fill(
  slice: Uint8Array,
  { height, width }: { height: number; width: number },
  contours: readonly PlanarContour[],
): void {
  const crossings: number[][] = Array.from({ length: height }, () => []);
  for (const contour of contours) addCrossings(contour, crossings);
  crossings.forEach((row, j) => {
    row.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < row.length; pair += 2) {
      const from = Math.max(0, Math.ceil(row[pair] as number));
      const end = Math.min(width, Math.ceil(row[pair + 1] as number));
      if (end > from) slice.fill(1, j * width + from, j * width + end);
    }
  });
}

/** Columns where edges cross the centre line of each row; of an edge's ends, the lower one counts. */
function addCrossings({ columns, rows }: PlanarContour, crossings: number[][]): void {
  const count = columns.length;
  for (let i = 0; i < count; i++) {
    const next = (i + 1) % count;
    const [x0, y0] = [columns[i] as number, rows[i] as number];
    const [x1, y1] = [columns[next] as number, rows[next] as number];
    const [low, high] = [Math.min(y0, y1), Math.max(y0, y1)];
    const last = Math.min(crossings.length - 1, Math.ceil(high) - 1);
    for (let j = Math.max(0, Math.ceil(low)); j <= last; j++) {
      crossings[j]?.push(x0 + ((j - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
}
