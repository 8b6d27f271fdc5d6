import { describe, expect, it } from 'vitest';
import { studentTCdf, studentTQuantile } from './student-t';

/** Printed tables of the 97.5 % point; scipy.stats.t.ppf(0.975, n) agrees. */
const TABLE = [
  [1, 12.706204736],
  [2, 4.30265273],
  [3, 3.182446305],
  [4, 2.776445105],
  [8, 2.306004135],
  [30, 2.042272456],
] as const;

describe("Student's t distribution", () => {
  it.each(TABLE)(
    'has the printed 97.5 %% point with %i degrees of freedom',
    (degrees, expected) => {
      expect(studentTQuantile(0.975, degrees)).toBeCloseTo(expected, 7);
      expect(studentTQuantile(0.025, degrees)).toBeCloseTo(-expected, 7);
    },
  );

  it('is symmetric, and the inverse of its quantiles', () => {
    for (const degrees of [1, 2, 5, 6, 41]) {
      expect(studentTCdf(0, degrees)).toBeCloseTo(0.5, 14);
      for (const p of [0.001, 0.3, 0.9])
        expect(studentTCdf(studentTQuantile(p, degrees), degrees)).toBeCloseTo(p, 12);
    }
  });
});
