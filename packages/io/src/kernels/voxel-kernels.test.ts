import { UnsupportedError } from '@omnict/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resampleAxes } from '../resample-axes';
import { type AxisWeights, axisWeights } from '../resample-weights';
import { areaBytes, withVoxelKernels } from './voxel-kernels';

const hounsfield = fc.integer({ min: -32_768, max: 32_767 });
const volumes = fc
  .tuple(...[7, 9, 21].map((max) => fc.integer({ min: 1, max })))
  .chain((lengths) => {
    const count = lengths.reduce((product, length) => product * length, 1);
    return fc.record({
      shape: fc.constant(lengths as [number, number, number]),
      data: fc
        .array(fc.float({ noNaN: true, min: -4096, max: 4096 }), {
          minLength: count,
          maxLength: count,
        })
        .map((values) => Float32Array.from(values)),
    });
  });

describe('loops over voxels in WebAssembly', () => {
  it('rescale as whole numbers do, and say when int16 cannot hold one', () => {
    const runs = fc.array(hounsfield, { minLength: 1, maxLength: 37 });
    const storage = fc.record({
      bits: fc.integer({ min: 1, max: 16 }),
      isSigned: fc.boolean(),
      intercept: fc.integer({ min: -70_000, max: 70_000 }),
    });
    fc.assert(
      fc.property(runs, storage, (values, { bits, isSigned, intercept }) => {
        const [left, right, mask] = [32 - bits, 32 - bits, isSigned ? -1 : 2 ** bits - 1];
        const expected = values.map((value) => (((value << left) >> right) & mask) + intercept);
        const isHeld = expected.every((value) => value >= -32_768 && value <= 32_767);
        withVoxelKernels(areaBytes(values.length, 2, 2), (kernels) => {
          const source = kernels.int16(values.length);
          const target = kernels.int16(values.length);
          source.set(values);
          expect(kernels.rescale(source, target, { left, right, mask, intercept })).toBe(isHeld);
          if (isHeld) expect([...target]).toEqual(expected);
        });
      }),
    );
  });

  it('window to the bit as JavaScript does', () => {
    const runs = fc.array(hounsfield, { minLength: 1, maxLength: 37 });
    const ends = fc.tuple(
      fc.double({ min: -2000, max: 0, noNaN: true }),
      fc.integer({ min: 1, max: 4000 }),
    );
    fc.assert(
      fc.property(runs, ends, (values, [low, width]) => {
        const scale = 2 / width;
        withVoxelKernels(areaBytes(values.length, 4, 2), (kernels) => {
          const source = kernels.int16(values.length);
          const target = kernels.float32(values.length);
          source.set(values);
          kernels.window(source, target, { low, scale });
          expect([...target]).toEqual(
            values.map((value) =>
              Math.fround(Math.max(-1, Math.min(1, (value - low) * scale - 1))),
            ),
          );
        });
      }),
    );
  });

  it('resample to the bit as loops over one axis after the other do', () => {
    const sizes = fc.tuple(...[9, 13, 25].map((max) => fc.integer({ min: 1, max })));
    fc.assert(
      fc.property(volumes, sizes, fc.boolean(), ({ data, shape }, size, antialias) => {
        const source = {
          scratchBytes: 0,
          open: () => (target: Float32Array, plane: number) =>
            target.set(data.subarray(plane * target.length, (plane + 1) * target.length)),
        };
        const output = resampleAxes(source, shape, {
          size: size as [number, number, number],
          antialias,
        });
        expect([...output]).toEqual([...plainly(data, shape, { size, antialias })]);
      }),
    );
  });

  it('work inside other work in memory of their own', () => {
    withVoxelKernels(areaBytes(4, 4), (outer) => {
      const kept = outer.float32(4).fill(7);
      withVoxelKernels(areaBytes(4, 4), (inner) => inner.float32(4).fill(8));
      expect([...kept]).toEqual([7, 7, 7, 7]);
    });
  });

  it('refuse work beyond 4 GiB before taking memory', () => {
    expect(() => withVoxelKernels(2 ** 32, () => 0)).toThrow(UnsupportedError);
  });
});

/** z, then y, then x: each output cell is the sum of its inputs by their shares. */
function plainly(
  data: Float32Array,
  shape: readonly number[],
  { size, antialias }: { size: readonly number[]; antialias: boolean },
): Float32Array {
  const current = [...shape];
  return [0, 1, 2].reduce((values, axis) => {
    const [before, after] = [current[axis] as number, size[axis] as number];
    if (before === after) return values;
    const inner = current.slice(axis + 1).reduce((product, length) => product * length, 1);
    const outer = values.length / before / inner;
    const weights = axisWeights(before, after, antialias);
    const blend = axis === 2 ? blendCells : blendRows;
    const next = new Float32Array(outer * after * inner);
    for (let index = 0; index < next.length; index++) {
      const cell = Math.floor(index / inner) % after;
      const start = Math.floor(index / inner / after) * before * inner + (index % inner);
      const { shares, inputs } = tapsOf(weights, cell);
      next[index] = blend(
        shares,
        inputs.map((input) => values[start + input * inner] as number),
      );
    }
    current[axis] = after;
    return next;
  }, data);
}

function tapsOf({ first, taps, shares }: AxisWeights, cell: number) {
  return {
    shares: [...shares.subarray(cell * taps, (cell + 1) * taps)],
    inputs: Array.from({ length: taps }, (_, tap) => (first[cell] as number) + tap),
  };
}

/** Whole rows are added one after the other, each time rounded. */
function blendRows(shares: number[], values: number[]): number {
  if (shares.includes(1)) return values[shares.indexOf(1)] as number;
  if (shares.length === 2) return blendCells(shares, values);
  return values.reduce((sum, value, tap) => Math.fround(sum + (shares[tap] as number) * value), 0);
}

function blendCells(shares: number[], values: number[]): number {
  const [left = 0, right = 0] = values;
  if (shares.length === 2) return left + (shares[1] as number) * (right - left);
  return values.reduce((sum, value, tap) => sum + (shares[tap] as number) * value, 0);
}
