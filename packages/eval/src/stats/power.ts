import { normalQuantile } from '@omnict/core';

/** What a comparison should be able to show. */
export interface PowerOptions {
  /** Chance to find a difference that is not there. Default 0.05. */
  level?: number;
  /** Chance to find one that is there. Default 0.8. */
  power?: number;
}

/**
 * Smallest difference that a comparison finds with the asked power.
 *
 * @param standardError of the difference
 * @see Miller (2024), Adding Error Bars to Evals, Eq. 9
 */
export function resolvableDifference(
  standardError: number,
  { level = 0.05, power = 0.8 }: PowerOptions = {},
): number {
  return (normalQuantile(1 - level / 2) + normalQuantile(power)) * standardError;
}

/** Standard error of a difference of two means, from the interval that a bootstrap or formula gave. */
export function standardErrorOfInterval(
  { low, high }: { low: number; high: number },
  confidence: number,
): number {
  return (high - low) / (2 * normalQuantile((1 + confidence) / 2));
}
