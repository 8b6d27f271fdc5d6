import type { VolumeGeometry } from '@omnict/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blend, intersect, shell, subtract, wavy } from './combine';
import { visitCoverage } from './coverage';
import { column, ellipsoid, segment, type Shape, sphere } from './shape';

const GRID: VolumeGeometry = {
  shape: [24, 40, 40],
  spacing: [5, 2.5, 2.5],
  origin: [-48.75, -48.75, -57.5],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const VOXEL = 5 * 2.5 * 2.5;

/** Coverage of every voxel. */
function coverageOf(shape: Shape, fineness = 1): Float32Array {
  const covered = new Float32Array(24 * 40 * 40);
  let visits = 0;
  visitCoverage(shape, { grid: GRID, fineness }, (index, share) => {
    visits++;
    covered[index] = share;
  });
  expect(visits).toBe(covered.filter((share) => share > 0).length); // each voxel once
  return covered;
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** Covered volume of each slab of voxels across an axis (0: x, 1: y, 2: z), mm³. */
function slabVolumes(covered: Float32Array, axis: 0 | 1 | 2): readonly number[] {
  const slabs = new Array<number>(axis === 2 ? 24 : 40).fill(0);
  covered.forEach((share, index) => {
    const slab = Math.floor(index / ([1, 40, 1600] as const)[axis]) % slabs.length;
    slabs[slab] = (slabs[slab] ?? 0) + share * VOXEL;
  });
  return slabs;
}

/** Volume of a ball around 0 that lies below a height, mm³. */
function ballBelow(height: number, radius: number): number {
  const h = Math.min(2 * radius, Math.max(0, height + radius));
  return (Math.PI * h ** 2 * (3 * radius - h)) / 3;
}

describe('visitCoverage', () => {
  // Not the centroid: that of a ball's exact shares is up to half a millimetre off, since it takes each
  // share for its voxel's middle.
  it('gives each slab of voxels its part of a ball, wherever the ball lies', () => {
    const coordinate = fc.double({ min: -15, max: 15, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: 2.5, max: 20, noNaN: true }),
        fc.tuple(coordinate, coordinate, coordinate),
        (radius, center) => {
          const covered = coverageOf(sphere(center, radius), radius / 5);
          const ball = (4 / 3) * Math.PI * radius ** 3;
          expect(Math.abs((sum(covered) * VOXEL) / ball - 1)).toBeLessThan(0.025);
          ([0, 1, 2] as const).forEach((axis) => {
            const spacing = axis === 2 ? 5 : 2.5;
            const first = axis === 2 ? -57.5 : -48.75;
            slabVolumes(covered, axis).forEach((volume, index) => {
              const low = first + (index - 0.5) * spacing - center[axis];
              const exact = ballBelow(low + spacing, radius) - ballBelow(low, radius);
              expect(Math.abs(volume - exact) / ball).toBeLessThan(0.025);
            });
          });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('gives turned ellipsoids and capsules their volume', () => {
    const body = ellipsoid({ center: [1, 2, 3], radii: [18, 8, 12], angle: 0.6, tilt: 0.4 });
    expect(sum(coverageOf(body)) * VOXEL).toBeCloseTo((4 / 3) * Math.PI * 18 * 8 * 12, -2);
    const capsule = segment({ at: [-10, -5, -8], radius: 6 }, { at: [12, 9, 14], radius: 6 });
    const length = Math.hypot(22, 14, 22);
    const expected = Math.PI * 36 * length + (4 / 3) * Math.PI * 216;
    expect(Math.abs((sum(coverageOf(capsule)) * VOXEL) / expected - 1)).toBeLessThan(0.015);
  });

  it('skips nothing: shapes of shapes are covered as if every point were looked at', () => {
    const phases = [0.3, 1.2, 2.5] as const;
    const lump = wavy(blend(10, sphere([-8, 0, 0], 15), sphere([12, 6, 10], 12)), {
      amplitude: 2,
      wavelength: 14,
      phases,
    });
    const trunk = column(
      [
        { z: -50, center: [0, 0], radii: [20, 16] },
        { z: 0, center: [5, 2], radii: [34, 22] },
        { z: 50, center: [0, 0], radii: [18, 12] },
      ],
      'squarish',
    );
    for (const shape of [subtract(trunk, lump), intersect(trunk, shell(lump, 4))]) {
      const covered = coverageOf(shape);
      let index = 0;
      let wrong = 0;
      for (let k = 0; k < 24; k++) {
        for (let j = 0; j < 40; j++) {
          for (let i = 0; i < 40; i++, index++) {
            const at = [-48.75 + 2.5 * i, -48.75 + 2.5 * j, -57.5 + 5 * k] as const;
            const dense = denseCoverage(shape, at);
            if (Math.abs(dense - (covered[index] as number)) > 0.15) wrong++;
          }
        }
      }
      expect(wrong / covered.length).toBeLessThan(0.002);
    }
  });
});

/** Share of a voxel's points that lie inside, by 4 x 4 x 4 points. */
function denseCoverage(shape: Shape, [x, y, z]: readonly [number, number, number]): number {
  let inside = 0;
  for (let c = 0; c < 4; c++) {
    for (let b = 0; b < 4; b++) {
      for (let a = 0; a < 4; a++) {
        const point = [
          x + ((a + 0.5) / 4 - 0.5) * 2.5,
          y + ((b + 0.5) / 4 - 0.5) * 2.5,
          z + ((c + 0.5) / 4 - 0.5) * 5,
        ] as const;
        if (shape.distance(...point) < 0) inside++;
      }
    }
  }
  return inside / 64;
}
