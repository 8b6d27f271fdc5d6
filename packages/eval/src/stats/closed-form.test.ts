import { describe, expect, it } from 'vitest';
import { clusteredStandardError, standardErrorOfMean, wilsonInterval } from './closed-form';
import { holmCorrection } from './holm';
import { mcNemarTest } from './mcnemar';
import { normalCdf, normalQuantile } from '@omnict/core';
import { resolvableDifference, standardErrorOfInterval } from './power';

const sums = (values: readonly number[]) => ({
  count: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumOfSquares: values.reduce((a, b) => a + b * b, 0),
});

describe('normal distribution', () => {
  it.each([
    [0, 0.5],
    [1.959963984540054, 0.975],
    [-1.6448536269514722, 0.05],
    [5, 0.9999997133484281],
  ])('at %d is %d', (x, p) => {
    expect(normalCdf(x)).toBeCloseTo(p, 12);
    expect(normalQuantile(p)).toBeCloseTo(x, 7);
  });
});

describe('intervals', () => {
  it("Wilson's of 7 of 10, as statsmodels gives it", () => {
    const [low, high] = wilsonInterval(7, 10);
    expect(low).toBeCloseTo(0.3967781, 6);
    expect(high).toBeCloseTo(0.8922087, 6);
  });

  it("Wilson's stays inside at the ends", () => {
    expect(wilsonInterval(0, 5)[0]).toBe(0);
    expect(wilsonInterval(5, 5)[1]).toBe(1);
    expect(wilsonInterval(0, 5)[1]).toBeGreaterThan(0.3);
  });

  it('clustered error of lm-eval and lmms-eval', () => {
    const clusters = [
      [1, 0, 1],
      [1, 0, 1],
      [0, 1, 1, 1],
    ].map(sums);
    expect(clusteredStandardError(clusters)).toBeCloseTo(0.0541602560309064, 12);
    expect(standardErrorOfMean(sums([1, 0, 1, 1, 0, 1, 0, 1, 1, 1]))).toBeCloseTo(0.152752523, 8);
  });

  it('values that cancel out inside clusters make the mean surer', () => {
    const cancelling = [
      [1, 0],
      [0, 1],
      [1, 0],
    ].map(sums);
    const error = clusteredStandardError(cancelling);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(standardErrorOfMean(sums([1, 0, 0, 1, 1, 0])) / 2);
  });
});

describe('tests', () => {
  it("McNemar's exact p-value is the binomial's", () => {
    const first = [...Array<boolean>(8).fill(true), ...Array<boolean>(2).fill(false), true, false];
    const second = [...Array<boolean>(8).fill(false), ...Array<boolean>(2).fill(true), true, false];
    // 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10
    expect(mcNemarTest(first, second)).toEqual({
      onlyFirst: 8,
      onlySecond: 2,
      pValue: 112 / 1024,
    });
    expect(mcNemarTest(first, first).pValue).toBe(1);
  });

  it('Holm corrects in order of size and keeps the order given', () => {
    expect(holmCorrection([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holmCorrection([0.9, 0.8])).toEqual([1, 1]);
    expect(holmCorrection([])).toEqual([]);
  });

  it('what can be resolved is 2.8 standard errors', () => {
    expect(resolvableDifference(0.01)).toBeCloseTo(0.02801585, 7);
    expect(standardErrorOfInterval({ low: -0.0196, high: 0.0196 }, 0.95)).toBeCloseTo(0.01, 5);
  });
});
