import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval, pairedDelta } from './bootstrap';

const coin = (random: Random, p: number, count: number): number[] =>
  Array.from({ length: count }, () => (random.uniform() < p ? 1 : 0));

describe('bootstrap', () => {
  it('covers the true mean about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const random = new Random(`trial/${trial}`);
      const { low, high } = bootstrapInterval(coin(random, 0.7, 100), { random, resamples: 400 });
      if (low <= 0.7 && 0.7 <= high) covered++;
    }
    // 95 % of 300, give or take three standard errors and the percentile method's own error
    expect(covered / 300).toBeGreaterThan(0.89);
    expect(covered / 300).toBeLessThan(0.99);
  });

  it('is wider when questions of one patient go together', () => {
    const values = Array.from({ length: 100 }, (_, i) => (Math.floor(i / 10) % 2 === 0 ? 1 : 0));
    const clusters = values.map((_, i) => String(Math.floor(i / 10)));
    const width = (options: { clusters?: string[] }): number => {
      const { low, high } = bootstrapInterval(values, { random: new Random(1), ...options });
      return high - low;
    };
    expect(width({ clusters })).toBeGreaterThan(2 * width({}));
  });

  it('is the same for the same seed', () => {
    const values = coin(new Random(2), 0.4, 50);
    const interval = (seed: number) => bootstrapInterval(values, { random: new Random(seed) });
    expect(interval(3)).toEqual(interval(3));
    expect(interval(3).mean).toBe(interval(4).mean);
  });

  it('finds a paired difference that two intervals would hide', () => {
    const random = new Random(5);
    const b = coin(random, 0.5, 400);
    const a = b.map((value, i) => (i % 16 === 0 ? 1 : value));
    const delta = pairedDelta(a, b, { random, resamples: 1000 });
    expect(delta.low).toBeGreaterThan(0);
    expect(delta.pValue).toBeLessThan(0.01);
    const none = pairedDelta(b, b, { random, resamples: 1000 });
    expect(none).toMatchObject({ mean: 0, low: 0, high: 0, pValue: 1 });
  });
});
