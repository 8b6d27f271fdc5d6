import { ConfigError, Random, type Shape3D } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { ORGAN_STRATEGIES, organStrategy, type OrganStrategyName } from '../organ-strategy';
import { organTokenGrid } from '../output-grid';

const GRID: Shape3D = [10, 3, 3];
const COUNTS = { tokens2d: 9, tokens3d: 40 };
const LENGTH = 90;

/** Tokens of units 2 to 4, middle row. */
function organ() {
  const selected = new Uint8Array(LENGTH);
  for (const unit of [2, 3, 4]) selected.fill(1, unit * 9 + 3, unit * 9 + 6);
  return { grid: GRID, selected, count: 9 };
}

const NAMES = Object.keys(ORGAN_STRATEGIES) as OrganStrategyName[];

const planOf = (name: OrganStrategyName, seed = 1) =>
  organStrategy(name).plan({
    selection: organ(),
    modality: 'volume',
    counts: COUNTS,
    random: new Random(seed),
  });

describe('strategies of Table 11', () => {
  it.each(NAMES)('%s plans as many tokens as it announces, rows summing to 1', (name) => {
    const plan = planOf(name);
    const announced = organStrategy(name).tokenCount({
      modality: 'volume',
      grid: GRID,
      counts: COUNTS,
    });
    expect(plan.tokenCount).toBe(announced);
    for (let row = 0; row < plan.tokenCount; row++) {
      const sum = plan.weights.slice(row * LENGTH, (row + 1) * LENGTH).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(plan.valid[row] as number, 5);
    }
  });

  it('adaptive looks at nothing but the organ', () => {
    const { selected } = organ();
    const { weights } = planOf('adaptive');
    weights.forEach((weight, i) => {
      if (selected[i % LENGTH] === 0) expect(weight).toBe(0);
    });
    expect(weights.some((weight) => weight > 0)).toBe(true);
  });

  it('native keeps the organ tokens as they are', () => {
    const { valid, weights } = planOf('native');
    expect(valid.reduce((a, b) => a + b, 0)).toBe(9);
    expect(weights.filter((weight) => weight === 1)).toHaveLength(9);
  });

  it('random places a box of the same size by its seed alone', () => {
    expect(planOf('random', 7).weights).toEqual(planOf('random', 7).weights);
    const places = new Set(
      Array.from({ length: 20 }, (_, seed) => planOf('random', seed).weights.join()),
    );
    expect(places.size).toBeGreaterThan(5);
  });

  it('knows the pairs of Table 12 as grids and refuses others', () => {
    for (const [tokens2d, tokens3d, side] of [
      [36, 40, 2],
      [81, 90, 3],
      [144, 160, 4],
      [225, 250, 5],
    ] as const) {
      const counts = { tokens2d, tokens3d };
      expect(organTokenGrid(counts, 'volume', 10)).toEqual([10, side, side]);
      expect(organTokenGrid(counts, 'slice', 1)).toEqual([1, 3 * side, 3 * side]);
    }
    expect(() => organTokenGrid({ tokens2d: 81, tokens3d: 91 }, 'volume', 10)).toThrow(ConfigError);
    expect(() => organTokenGrid({ tokens2d: 81, tokens3d: 91 }, 'volume', 10)).toThrow(/90 or 160/);
    expect(() => organTokenGrid({ tokens2d: 81, tokens3d: 10 }, 'volume', 32)).toThrow(
      /instance 32;/,
    );
  });
});
