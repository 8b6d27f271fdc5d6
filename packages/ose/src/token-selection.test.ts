import { type Shape3D, ShapeError } from '@omnict/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundingBox } from './box';
import { selectOrganTokens } from './token-selection';

const GRID: Shape3D = [2, 3, 3];
const SHAPE: Shape3D = [7, 9, 12]; // the 7th slice belongs to no unit

/** Mask with single voxels set. */
function maskWith(voxels: readonly (readonly [number, number, number, number])[]): Uint8Array {
  const data = new Uint8Array(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  for (const [z, y, x, label] of voxels) data[(z * SHAPE[1] + y) * SHAPE[2] + x] = label;
  return data;
}

const select = (data: Uint8Array, labels: number[]) =>
  selectOrganTokens({ data, shape: SHAPE }, GRID, { labels, slicesPerUnit: 3 });

describe('organ localization', () => {
  it('selects the token whose cell holds a voxel of the organ', () => {
    const { selected, count } = select(maskWith([[4, 8, 0, 5]]), [5]);
    expect(count).toBe(1);
    expect(selected.indexOf(1)).toBe((1 * 3 + 2) * 3 + 0); // unit 1, last row, first column
  });

  it('unites labels and ignores others and the slices left over', () => {
    const data = maskWith([
      [0, 0, 0, 5],
      [0, 0, 11, 6],
      [1, 4, 5, 7],
      [6, 0, 0, 5],
    ]);
    expect(select(data, [5, 6]).count).toBe(2);
    expect(select(data, [8]).count).toBe(0);
  });

  it('has every organ voxel inside the box of its tokens', () => {
    const voxel = fc.tuple(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 0, max: 11 }),
    );
    fc.assert(
      fc.property(fc.array(voxel, { minLength: 1, maxLength: 8 }), (voxels) => {
        const box = boundingBox(select(maskWith(voxels.map(([z, y, x]) => [z, y, x, 5])), [5]));
        for (const [z, y, x] of voxels) {
          const cell = [Math.floor(z / 3), Math.floor(y / 3), Math.floor(x / 4)];
          cell.forEach((value, axis) => {
            expect(value).toBeGreaterThanOrEqual(box.begin[axis] as number);
            expect(value).toBeLessThan(box.end[axis] as number);
          });
        }
      }),
    );
  });

  it('refuses a mask that does not fit', () => {
    expect(() =>
      selectOrganTokens({ data: new Uint8Array(5), shape: SHAPE }, GRID, {
        labels: [1],
        slicesPerUnit: 3,
      }),
    ).toThrow(ShapeError);
  });
});
