import type { VolumeGeometry } from '@omnict/core';
import type { Shape } from './shape';

/** Called with a voxel's flat index and the share of it that the shape covers, above 0 up to 1. */
export type VisitCoverage = (index: number, coverage: number) => void;

/**
 * Distances are bounds only nearly, once shapes are combined: steps through space that nothing can
 * change stay this share of the distance.
 */
const SAFE_STEP = 0.55;

/** Points per axis of a voxel at most: for fine parts, and for organs, which are large. */
const MOST_POINTS = { fine: 8, coarse: 3 } as const;

/** Parts finer than this are fine, mm. */
const FINE_MM = 2.5;

/**
 * How much of each voxel a shape covers: partial volume, as a scanner would average it.
 *
 * Voxels that the surface cannot reach are full or left out. The others are divided into parts no
 * longer than `fineness`; each part counts by the distance of its centre, as if the surface were flat
 * across it.
 *
 * The grid is axis-aligned (`direction` is the identity); `fineness`, mm, should be a few times smaller
 * than the shape.
 */
export function visitCoverage(
  shape: Shape,
  { grid, fineness }: { grid: VolumeGeometry; fineness: number },
  visit: VisitCoverage,
): void {
  const [depth, height, width] = grid.shape;
  const [sz, sy, sx] = grid.spacing;
  const [ox, oy, oz] = grid.origin;
  const { low, high } = shape.bounds;
  const [firstX, lastX] = indexRange(low[0], high[0], { origin: ox, spacing: sx, count: width });
  const [firstY, lastY] = indexRange(low[1], high[1], { origin: oy, spacing: sy, count: height });
  const [firstZ, lastZ] = indexRange(low[2], high[2], { origin: oz, spacing: sz, count: depth });
  const reach = Math.hypot(sx, sy, sz) / 2;
  const share = coverageOfVoxel(shape, grid.spacing, fineness);
  for (let plane = firstZ; plane <= lastZ; plane++) {
    const z = oz + plane * sz;
    for (let row = firstY; row <= lastY; row++) {
      const y = oy + row * sy;
      const start = (plane * height + row) * width;
      for (let column = firstX; column <= lastX; column++) {
        const x = ox + column * sx;
        const distance = shape.distance(x, y, z);
        const steps = Math.max(0, Math.floor((Math.abs(distance) * SAFE_STEP - reach) / sx));
        if (distance >= reach) {
          column += steps;
        } else if (distance <= -reach) {
          const end = Math.min(lastX, column + steps);
          for (; column < end; column++) visit(start + column, 1);
          visit(start + column, 1);
        } else {
          const covered = share(x, y, z);
          if (covered > 0) visit(start + column, covered);
        }
      }
    }
  }
}

/** Voxels whose extent meets the interval. */
function indexRange(
  low: number,
  high: number,
  { origin, spacing, count }: { origin: number; spacing: number; count: number },
): readonly [first: number, last: number] {
  return [
    Math.max(0, Math.ceil((low - origin) / spacing - 0.5)),
    Math.min(count - 1, Math.floor((high - origin) / spacing + 0.5)),
  ];
}

function coverageOfVoxel(
  shape: Shape,
  [sz, sy, sx]: VolumeGeometry['spacing'],
  fineness: number,
): Shape['distance'] {
  const most = fineness < FINE_MM ? MOST_POINTS.fine : MOST_POINTS.coarse;
  const pointsAlong = (spacing: number): number =>
    Math.max(1, Math.min(most, Math.ceil(spacing / fineness)));
  const [nx, ny, nz] = [pointsAlong(sx), pointsAlong(sy), pointsAlong(sz)];
  const [px, py, pz] = [sx / nx, sy / ny, sz / nz];
  const count = nx * ny * nz;
  // A flat surface crosses a part over its width. Where there are many parts a narrower ramp does: the
  // wide one makes small balls larger, by (width / 2 radius)^2.
  const width = ((px + py + pz) / 3) * (count < 8 ? 1 : 0.6);
  const layer = nx * ny;
  // From this distance on, no part of a layer is cut by the surface.
  const reach = Math.hypot(sx, sy, pz) / 2;
  const ofLayer = (x: number, y: number, z: number): number => {
    let sum = 0;
    for (let j = 0; j < ny; j++) {
      const partY = y + (j + 0.5) * py - sy / 2;
      for (let i = 0; i < nx; i++) {
        const partX = x + (i + 0.5) * px - sx / 2;
        const share = 0.5 - shape.distance(partX, partY, z, width / 2) / width;
        sum += share < 0 ? 0 : share > 1 ? 1 : share;
      }
    }
    return sum;
  };
  return (x, y, z) => {
    let sum = 0;
    for (let k = 0; k < nz; k++) {
      const partZ = z + (k + 0.5) * pz - sz / 2;
      if (layer > 1) {
        const distance = shape.distance(x, y, partZ, reach);
        if (distance >= reach) continue;
        if (distance <= -reach) {
          sum += layer;
          continue;
        }
      }
      sum += ofLayer(x, y, partZ);
    }
    return sum / count;
  };
}
