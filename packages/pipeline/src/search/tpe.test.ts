import { describe, expect, it } from 'vitest';
import { drawSearch } from './ranges';
import { proposeTpe, type Tried } from './tpe';

const SPACE = {
  rate: { logUniform: [1e-5, 1] },
  width: { int: [1, 64] },
  share: { uniform: [-1, 1] },
  kind: { choice: ['a', 'b', 'c', null] },
};

/** Lowest at rate 1e-3, width 20, share 0.5, kind b. */
function lossOf(values: Record<string, unknown>): number {
  const { rate, width, share, kind } = values as {
    rate: number;
    width: number;
    share: number;
    kind: unknown;
  };
  return (
    (Math.log10(rate) + 3) ** 2 +
    ((width - 20) / 20) ** 2 +
    (share - 0.5) ** 2 +
    (kind === 'b' ? 0 : 1)
  );
}

function searched(seed: number, trials: number): Tried[] {
  const start = drawSearch({ trials: 10, seed, space: SPACE });
  const tried = start.map((values): Tried => ({ values, loss: lossOf(values) }));
  while (tried.length < trials) {
    const values = proposeTpe({ seed, space: SPACE }, tried, tried.length);
    tried.push({ values, loss: lossOf(values) });
  }
  return tried;
}

const best = (losses: readonly number[]): number => Math.min(...losses);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('proposeTpe', () => {
  it('stays within the ranges, and replays', () => {
    for (const { values } of searched(3, 60)) {
      const { rate, width, share, kind } = values as Record<string, number>;
      expect(rate).toBeGreaterThanOrEqual(1e-5);
      expect(rate).toBeLessThanOrEqual(1);
      expect(Number.isInteger(width) && (width ?? 0) >= 1 && (width ?? 99) <= 64).toBe(true);
      expect(Math.abs(share ?? 9)).toBeLessThanOrEqual(1);
      expect(SPACE.kind.choice).toContain(kind);
    }
    expect(searched(3, 30)).toEqual(searched(3, 60).slice(0, 30));
    expect(searched(4, 30)).not.toEqual(searched(3, 30));
  });

  it('finds better than chance does', () => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    const learnt = mean(seeds.map((seed) => best(searched(seed, 60).map(({ loss }) => loss))));
    const random = mean(
      seeds.map((seed) => best(drawSearch({ trials: 60, seed, space: SPACE }).map(lossOf))),
    );
    expect(learnt).toBeLessThan(random / 2);
  });

  it('proposes something without any history, and in a range of one value', () => {
    const space = { a: { uniform: [2, 2] }, b: { int: [3, 3] }, c: { choice: ['x'] } };
    expect(proposeTpe({ seed: 0, space }, [], 0)).toEqual({ a: 2, b: 3, c: 'x' });
  });
});
