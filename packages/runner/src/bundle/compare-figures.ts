import { studentTQuantile } from '@omnict/eval';

/** How a figure that was made again stands to the first one. */
export type Verdict = 'equal' | 'within the noise of seeds' | 'different';

/** A figure of one row of the table, over its seeds. */
export interface FigureComparison {
  row: string;
  figure: string;
  /** Mean over seeds: as the bundle has it, and as it came out here; null where it is missing. */
  before: number | null;
  now: number | null;
  verdict: Verdict;
  /** Why the verdict is no better. */
  note?: string;
}

/** Values of a figure, one a seed, in the same order both times. */
interface FigureValues {
  before: readonly number[];
  now: readonly number[];
  /** Interval over questions, of a single seed. */
  interval?: readonly [low: number, high: number];
}

/** Share of equal pairs of runs that are told apart by mistake. */
const RISK = 0.05;

/**
 * Judges a figure: *equal* to the last bit in every seed; *within the noise of seeds* when a two-sample
 * t-test of Student, with the pooled deviation over seeds, cannot tell both means apart at 5 %; else
 * *different*. With one seed nothing tells the noise, so that whatever is not equal is different.
 */
export function judgeFigure({ before, now, interval }: FigureValues): {
  verdict: Verdict;
  note?: string;
} {
  const isEqual = before.length === now.length && before.every((value, i) => value === now[i]);
  if (before.length === 0 || now.length === 0) {
    return before.length === now.length
      ? { verdict: 'equal', note: 'missing both times' }
      : { verdict: 'different', note: before.length === 0 ? 'new here' : 'missing here' };
  }
  if (isEqual) return { verdict: 'equal' };
  const degrees = before.length + now.length - 2;
  if (degrees < 2) {
    const [value = NaN] = now;
    const [low, high] = interval ?? [NaN, NaN];
    const where = value >= low && value <= high ? '; inside its interval over questions' : '';
    return { verdict: 'different', note: `one seed does not tell the noise${where}` };
  }
  const pooled = Math.sqrt((squares(before) + squares(now)) / degrees);
  const error = pooled * Math.sqrt(1 / before.length + 1 / now.length);
  const margin = studentTQuantile(1 - RISK / 2, degrees) * error;
  return Math.abs(mean(now) - mean(before)) <= margin
    ? { verdict: 'within the noise of seeds' }
    : { verdict: 'different' };
}

/** Mean of a figure over seeds. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
