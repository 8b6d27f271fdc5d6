import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { mcNemarTest } from '../stats/mcnemar';
import { meanMetric } from './metric';
import { pairedDifference } from './paired-difference';

const METRIC = meanMetric({ name: 'share', variant: 'test' }, () => null);
const OPTIONS = { confidence: 0.95, resamples: 1000, seed: 0 };

const differ = (
  a: readonly number[],
  b: readonly number[],
  clusters: readonly string[] = a.map((_, index) => String(index)),
) =>
  pairedDifference(
    METRIC,
    a.map((value, index) => ({
      cluster: clusters[index] as string,
      a: [value],
      b: [b[index] as number],
    })),
    OPTIONS,
  );

describe('paired difference', () => {
  it('finds a difference that two intervals would hide', () => {
    const random = new Random(5);
    const a = Array.from({ length: 400 }, () => (random.uniform() < 0.5 ? 1 : 0));
    const b = a.map((value, index) => (index % 16 === 0 ? 1 : value));
    const delta = differ(a, b);
    expect(delta.test).toBe('bootstrap');
    expect(delta.low).toBeGreaterThan(0);
    expect(delta.pValue).toBeLessThan(0.01);
  });

  it('of few samples has the exact p-value: McNemar’s where samples are right or wrong', () => {
    const random = new Random(6);
    for (let count = 2; count <= 12; count++) {
      const draw = () => Array.from({ length: count }, () => (random.uniform() < 0.5 ? 1 : 0));
      const [a, b] = [draw(), draw()];
      const exact = mcNemarTest(
        a.map((value) => value === 1),
        b.map((value) => value === 1),
      );
      expect(differ(a, b)).toMatchObject({
        pValue: expect.closeTo(exact.pValue, 12) as number,
        test: 'randomization',
      });
    }
  });

  it('of one sample, or of samples of one patient, says nothing', () => {
    const nothing = { low: null, high: null, pValue: null, test: 'none' };
    expect(differ([1], [0])).toMatchObject({ delta: -1, ...nothing });
    expect(differ([1, 1, 0], [0, 0, 0], ['p', 'p', 'p'])).toMatchObject(nothing);
  });

  it('that is the same everywhere has no interval', () => {
    expect(differ([1, 1, 1], [0, 0, 0])).toMatchObject({ low: null, high: null, pValue: 0.25 });
    const many = new Array<number>(40).fill(1);
    expect(differ(many, many)).toMatchObject({ delta: 0, low: null, high: null, pValue: 1 });
  });
});
