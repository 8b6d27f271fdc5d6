import { Random, type Shape3D } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { boundingBox } from './box';
import { poolBox } from './pool-box';
import { selectAllTokens, type TokenSelection } from './token-selection';

const GRID: Shape3D = [4, 9, 9];
const OUTPUT: Shape3D = [4, 3, 3];

/** Some tokens of the grid, at least one. */
function scattered(seed: number): TokenSelection {
  const random = new Random(seed);
  const { selected } = selectAllTokens(GRID);
  selected.forEach((_, token) => (selected[token] = random.uniform(0, 1) < 0.03 ? 1 : 0));
  selected[random.integer(selected.length)] = 1;
  return { grid: GRID, selected, count: selected.reduce((sum, value) => sum + value, 0) };
}

describe('poolBox', () => {
  it('with pooling organ aggregates tokens of the organ alone (Eq. 5)', () => {
    for (let seed = 0; seed < 50; seed++) {
      const selection = scattered(seed);
      const length = selection.selected.length;
      const box = boundingBox(selection);
      const { weights, tokenCount } = poolBox(selection, box, OUTPUT, 'organ');
      const around = poolBox(selection, box, OUTPUT, 'box').weights;
      for (let row = 0; row < tokenCount; row++) {
        const own = weights.subarray(row * length, (row + 1) * length);
        expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        own.forEach((weight, token) => {
          if (weight > 0) expect(selection.selected[token]).toBe(1);
        });
        // Where the cell holds organ, both poolings are the same.
        const other = around.subarray(row * length, (row + 1) * length);
        const holdsOrgan = other.every((w, token) => w === 0 || selection.selected[token] === 1);
        if (holdsOrgan) expect(own).toEqual(other);
      }
    }
  });

  it('takes the nearest tokens for an empty cell, all that are equally near', () => {
    const { selected } = selectAllTokens([1, 1, 5]);
    selected.set([1, 0, 0, 0, 1]);
    const selection: TokenSelection = { grid: [1, 1, 5], selected, count: 2 };
    const { weights } = poolBox(selection, boundingBox(selection), [1, 1, 5], 'organ');
    expect([...weights.subarray(5, 10)]).toEqual([1, 0, 0, 0, 0]);
    expect([...weights.subarray(10, 15)]).toEqual([0.5, 0, 0, 0, 0.5]);
  });
});
