import type { OrganMask, Shape3D, Volume, VolumeGeometry } from '@omnict/core';
import { assert, constantFrom, float, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyWindow,
  crop,
  prepareVolume,
  projectTo2D,
  reorient,
  resample,
  resampledGeometry,
  sampleFrames,
} from '../src/index';

const shapes = tuple(
  integer({ min: 1, max: 6 }),
  integer({ min: 1, max: 6 }),
  integer({ min: 1, max: 6 }),
);

function ramp(shape: Shape3D, [a, b, c]: readonly number[]): Volume {
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  let at = 0;
  for (let k = 0; k < shape[0]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[2]; i++)
        data[at++] =
          (a as number) * (k + 0.5) + (b as number) * (j + 0.5) + (c as number) * (i + 0.5);
  const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  return { data, shape, spacing: [2, 1, 0.5], origin: [3, -4, 5], direction, unit: 'HU' };
}

describe('resample', () => {
  it('keeps a linear ramp exact away from the border, enlarged or shrunk', () => {
    assert(
      property(shapes, shapes, (from, to) => {
        const { data } = resample(ramp(from, [3, 5, 7]), { size: to });
        let at = 0;
        for (let k = 0; k < to[0]; k++)
          for (let j = 0; j < to[1]; j++)
            for (let i = 0; i < to[2]; i++, at++) {
              const cell = (index: number, axis: 0 | 1 | 2): number => {
                const centre = ((index + 0.5) * from[axis]) / to[axis];
                return Math.min(from[axis] - 0.5, Math.max(0.5, centre)); // clamped at the border
              };
              expect(data[at]).toBeCloseTo(3 * cell(k, 0) + 5 * cell(j, 1) + 7 * cell(i, 2), 3);
            }
      }),
    );
  });

  it('keeps the mean when it averages, and the extent always', () => {
    assert(
      property(integer({ min: 1, max: 4 }), shapes, (factor, to) => {
        const from = to.map((size) => size * factor) as unknown as Shape3D;
        const volume = ramp(from, [1, 2, 3]);
        const small = resample(volume, { size: to, antialias: true });
        const mean = (values: ArrayLike<number>): number =>
          Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
        expect(mean(small.data)).toBeCloseTo(mean(volume.data), 2);
        small.spacing.forEach((step, axis) =>
          expect(step * (to[axis] as number)).toBeCloseTo(
            (volume.spacing[axis] as number) * (from[axis] as number),
            6,
          ),
        );
      }),
    );
  });

  it('averages detail that the plain kernel would pick', () => {
    const stripes = ramp([1, 1, 64], [0, 0, 0]);
    stripes.data.forEach((_, i) => (stripes.data[i] = i % 8 === 3 || i % 8 === 4 ? 1000 : 0));
    const plain = resample(stripes, { size: [1, 1, 8] }).data;
    const smooth = resample(stripes, { size: [1, 1, 8], antialias: true }).data;
    expect(Math.max(...plain)).toBe(1000);
    expect(Math.max(...smooth)).toBeLessThan(500);
  });

  it('takes a spacing, nearest keeps values, labels stay labels', () => {
    const volume = ramp([2, 4, 8], [1, 1, 1]);
    expect(resample(volume, { spacing: [1, 1, 1] }).shape).toEqual([4, 4, 4]);
    const nearest = resample(volume, { size: [3, 3, 3], interpolation: 'nearest' });
    expect(Array.from(nearest.data).every((value) => volume.data.includes(value))).toBe(true);
    const mask: OrganMask = { ...volume, data: new Uint8Array(64).fill(5), labels: { 5: 'liver' } };
    expect(resample(mask, { size: [3, 3, 3] }).data).toEqual(new Uint8Array(27).fill(5));
    expect(() => resample(volume, {})).toThrow(/either a size/);
    expect(() => resample(volume, { size: [0, 1, 1] })).toThrow(/either a size/);
    expect(resampledGeometry(volume, volume.shape)).toMatchObject({ origin: volume.origin });
  });
});

/** Patient coordinates of a voxel, mm. */
function placeOf({ shape, spacing, origin, direction }: VolumeGeometry, at: number): number[] {
  const [, height, width] = shape;
  const index = [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))];
  return origin.map((start, row) =>
    index.reduce(
      (sum, step, axis) =>
        sum + (direction[row * 3 + axis] as number) * step * (spacing[2 - axis] as number),
      start,
    ),
  );
}

/** Voxel at patient coordinates of an upright volume. */
function indexOf({ shape, spacing, origin }: VolumeGeometry, place: readonly number[]): number {
  const [x, y, z] = place.map((coordinate, axis) =>
    Math.round((coordinate - (origin[axis] as number)) / (spacing[2 - axis] as number)),
  ) as [number, number, number];
  return (z * shape[1] + y) * shape[2] + x;
}

describe('reorient', () => {
  it('comes back after any flips and permutations of the axes', () => {
    const axes = constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]);
    const signs = tuple(constantFrom(1, -1), constantFrom(1, -1), constantFrom(1, -1));
    assert(
      property(shapes, axes, signs, (shape, order, sign) => {
        const volume = ramp(shape, [1, 10, 100]);
        // Column c of the direction is patient axis order[c], times its sign.
        const direction = new Array<number>(9).fill(0);
        order.forEach((row, column) => (direction[row * 3 + column] = sign[column] as number));
        const turned = reorient({ ...volume, direction });
        expect(turned.direction.map((value) => Math.abs(Math.round(value)))).toEqual([
          1, 0, 0, 0, 1, 0, 0, 0, 1,
        ]);
        // Each voxel keeps its place in the patient, and the volume given is left as it was.
        for (const [at, value] of volume.data.entries()) {
          const place = placeOf({ ...volume, direction }, at);
          expect(turned.data[indexOf(turned, place)]).toBe(value);
        }
        const own = { ...volume, direction, data: volume.data.slice() };
        expect(reorient(own, { inPlace: true })).toEqual(turned);
        expect(volume.data).toEqual(ramp(shape, [1, 10, 100]).data);
      }),
    );
  });
});

describe('window', () => {
  it('stays within -1 and 1, grows with HU, and hits its ends', () => {
    const hu = float({ min: -4000, max: 4000, noNaN: true });
    assert(
      property(hu, hu, (a, b) => {
        const [low, high] = applyWindow([Math.min(a, b), Math.max(a, b)], [-1000, 1000]);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high as number);
      }),
    );
    expect([...applyWindow([-1000, 1000], [-1000, 1000])]).toEqual([-1, 1]);
  });

  it('prepares as windowing and resampling one after the other do', () => {
    const ofFloats = ramp([5, 7, 6], [100, -300, 200]);
    for (const volume of [ofFloats, { ...ofFloats, data: Int16Array.from(ofFloats.data) }]) {
      const windowed = { ...volume, data: applyWindow(volume.data, [-500, 500]) };
      const { data } = prepareVolume(volume, { window: [-500, 500], size: [3, 4, 5] });
      expect(data).toEqual(resample(windowed, { size: [3, 4, 5] }).data);
    }
  });
});

describe('crop, projections and frames', () => {
  const volume = ramp([4, 3, 2], [100, 10, 1]);

  it('cuts a box, whose origin moves along', () => {
    const box = crop(volume, { start: [1, 0, 1], size: [2, 3, 1] });
    expect(box).toMatchObject({ shape: [2, 3, 1], origin: [3.5, -4, 7] });
    expect(box.data[0]).toBe(volume.data[(1 * 3 + 0) * 2 + 1]);
    expect(() => crop(volume, { start: [3, 0, 0], size: [2, 1, 1] })).toThrow(
      /does not lie within/,
    );
  });

  it('projects along each axis, by maximum and mean', () => {
    const mip = projectTo2D(volume);
    expect(mip.shape).toEqual([3, 2]);
    expect(mip.data[0]).toBe(volume.data[3 * 6]);
    const frontal = projectTo2D(volume, { axis: 'y', method: 'mean' });
    expect(frontal.shape).toEqual([4, 2]);
    expect(frontal.data[0]).toBeCloseTo(50 + 15 + 0.5, 4);
    expect(projectTo2D(volume, { axis: 'x' }).shape).toEqual([4, 3]);
  });

  it('picks slices at the centres of equal parts', () => {
    expect(sampleFrames(volume, 2).indices).toEqual([1, 3]);
    expect(sampleFrames(volume, 8).indices).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(sampleFrames(volume, 2).frames.data[0]).toBe(volume.data[6]);
    expect(() => sampleFrames(volume, 0)).toThrow(/above 0/);
  });
});
