import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { meanMetric, type Metric } from './metric';
import { DEFAULT_INTERVAL, type IntervalOptions, reduceScores } from './reducer';
import { reduceRepeats } from './repeats';

const SHARE: Metric = {
  ...meanMetric({ name: 'share', variant: 'test' }, () => null),
  isProportion: true,
};
const MEAN = meanMetric({ name: 'mean', variant: 'test' }, () => null);
const BOOTSTRAP: IntervalOptions = { ...DEFAULT_INTERVAL, method: 'bootstrap', resamples: 400 };

/** Quantile of the normal distribution for 95 %. */
const Z = 1.959963984540054;

const coin = (random: Random, p: number, count: number): number[] =>
  Array.from({ length: count }, () => (random.uniform() < p ? 1 : 0));

const reduce = (
  values: readonly number[],
  options: Partial<IntervalOptions> & { clusters?: readonly string[] } = {},
  metric = SHARE,
) =>
  reduceScores(
    metric,
    values.map((value, index) => ({ statistics: [value], cluster: options.clusters?.[index] })),
    { ...BOOTSTRAP, ...options },
  );

describe('bootstrap interval of a figure', () => {
  it('covers the true mean about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = coin(new Random(`trial/${trial}`), 0.7, 100);
      const { low = NaN, high = NaN } = reduce(values, { seed: trial })?.interval ?? {};
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
      const { low = NaN, high = NaN } = reduce(values, options)?.interval ?? {};
      return high - low;
    };
    expect(width({ clusters })).toBeGreaterThan(2 * width({}));
  });

  it('is the same for the same seed', () => {
    const values = coin(new Random(2), 0.4, 50);
    expect(reduce(values, { seed: 3 })).toEqual(reduce(values, { seed: 3 }));
    expect(reduce(values, { seed: 3 })?.interval).not.toEqual(
      reduce(values, { seed: 4 })?.interval,
    );
  });
});

describe('interval of samples that cannot say', () => {
  const one = ['p1', 'p1', 'p1'];

  it.each(['bootstrap', 'closed-form'] as const)('%s never has a width of 0', (method) => {
    expect(reduce([1, 0, 1], { method, clusters: one })?.interval).toBeUndefined();
    expect(reduce([0.5], { method }, MEAN)?.interval).toBeUndefined();
    expect(reduce([0.5, 0.5, 0.5], { method }, MEAN)?.interval).toBeUndefined();
    const all = reduce([1, 1, 1], { method })?.interval;
    expect(all).toMatchObject({ method: 'wilson', high: 1 });
    expect(all?.low).toBeCloseTo(3 / (3 + Z * Z), 6); // Wilson of 3 out of 3
  });

  it('counts clusters, not samples, where all are right', () => {
    const clusters = ['p1', 'p1', 'p2', 'p2'];
    for (const method of ['bootstrap', 'closed-form'] as const)
      expect(reduce([1, 1, 1, 1], { method, clusters })?.interval?.low).toBeCloseTo(
        2 / (2 + Z * Z),
        6,
      );
  });
});

it('repeated scores of a sample become one, which keeps its cluster', () => {
  const samples = [
    { id: 'a', cluster: 'p', statistics: [1, 2] },
    { id: 'b', cluster: 'q', statistics: [0, 0] },
    { id: 'a', cluster: 'p', statistics: [0, 4] },
  ];
  expect(reduceRepeats(samples, 'mean')).toEqual([
    { id: 'a', cluster: 'p', statistics: [0.5, 3] },
    { id: 'b', cluster: 'q', statistics: [0, 0] },
  ]);
  expect(reduceRepeats(samples, 'min')[0]?.statistics).toEqual([0, 2]);
});
