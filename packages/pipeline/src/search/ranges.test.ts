import { describe, expect, it } from 'vitest';
import { drawSearch, rangeProblem } from './ranges';

const SEARCH = {
  trials: 400,
  seed: 3,
  space: {
    rate: { logUniform: [1e-4, 1e-1] },
    dropout: { uniform: [0, 0.5] },
    layers: { int: [1, 4] },
    kind: { choice: ['a', 'b'] },
  },
};

describe('random search', () => {
  it('draws from each range, all of it', () => {
    const drawn = drawSearch(SEARCH) as {
      rate: number;
      dropout: number;
      layers: number;
      kind: string;
    }[];
    const rates = drawn.map(({ rate }) => Math.log10(rate));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(-1);
    // A third of a uniform logarithm lies in each decade: 133 of 400, deviation 9.4.
    for (const decade of [-4, -3, -2]) {
      const inside = rates.filter((rate) => rate >= decade && rate < decade + 1).length;
      expect(Math.abs(inside - 400 / 3)).toBeLessThan(4 * 9.5);
    }
    const mean = drawn.reduce((sum, { dropout }) => sum + dropout, 0) / drawn.length;
    expect(Math.abs(mean - 0.25)).toBeLessThan(4 * (0.5 / Math.sqrt(12 * 400)));
    expect([...new Set(drawn.map(({ layers }) => layers))].sort()).toEqual([1, 2, 3, 4]);
    expect([...new Set(drawn.map(({ kind }) => kind))].sort()).toEqual(['a', 'b']);
  });

  it('replays: more trials and further paths change none that were drawn', () => {
    const few = drawSearch({ ...SEARCH, trials: 5 });
    expect(drawSearch(SEARCH).slice(0, 5)).toEqual(few);
    const { rate } = SEARCH.space;
    const narrow = drawSearch({ ...SEARCH, trials: 5, space: { rate } });
    expect(narrow.map((axes) => axes['rate'])).toEqual(few.map((axes) => axes['rate']));
    expect(drawSearch({ ...SEARCH, trials: 5, seed: 4 })).not.toEqual(few);
  });

  it('refuses ranges that hold nothing', () => {
    expect(rangeProblem({ uniform: [2, 1] })).toMatch(/low before high, got 2, 1/);
    expect(rangeProblem({ logUniform: [0, 1] })).toMatch(/bounds above 0/);
    expect(rangeProblem({ int: [0.5, 2] })).toMatch(/whole numbers/);
    expect(rangeProblem({ int: [1, 1] })).toBeUndefined();
  });
});
