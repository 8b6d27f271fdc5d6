import { type Figure, holmCorrection, type IntervalOptions } from '@omnict/eval';
import { type Measure, rowDifference, rowFigure, type SetsBySeed } from './estimates';

/** Level below which a corrected p-value is marked. */
export const SIGNIFICANCE = 0.05;

/** Difference of a cell to the baseline row, paired by seed and question. */
export interface CellDelta {
  mean: number;
  /** Interval; null where the questions cannot say. */
  low: number | null;
  high: number | null;
  /** Questions that both rows have. */
  count: number;
  /** Two-sided; null where the questions cannot say. */
  pValue: number | null;
}

/** One figure of the table; all values in [0, 1]. */
export interface TableCell {
  mean: number;
  /** Interval; null where the questions cannot say. */
  low: number | null;
  high: number | null;
  /** Questions. */
  count: number;
  delta?: CellDelta;
  /** P-value of the difference, corrected by Holm over all differences of the table. */
  adjustedPValue?: number;
}

/** How a figure is made. */
interface CellContext {
  measure: Measure;
  options: IntervalOptions;
}

/** Smallest share of {@link SIGNIFICANCE} that a corrected p-value can be, by {@link enoughResamples}. */
const RESOLUTION = 0.5;

/**
 * Raises resamples for many comparisons: no bootstrap's p-value is below `1 / (resamples + 1)`, and after
 * Holm's correction of many such p-values even the plainest difference would not be marked.
 */
export function enoughResamples(options: IntervalOptions, comparisons: number): IntervalOptions {
  const least = Math.ceil(comparisons / (SIGNIFICANCE * RESOLUTION));
  return { ...options, resamples: Math.max(options.resamples, least) };
}

/**
 * Makes a cell: a row's figure, and its difference to the baseline where there is one.
 *
 * @returns null when the row has no such question or no finished trial
 */
export function comparedCell(
  row: SetsBySeed,
  baseline: SetsBySeed | undefined,
  { measure, options, deltaOptions = options }: CellContext & { deltaOptions?: IntervalOptions },
): TableCell | null {
  const figure = rowFigure(row, measure, options);
  if (figure === null) return null;
  const delta = baseline && deltaOf(row, baseline, { measure, options: deltaOptions });
  return { ...cellOf(figure), ...(delta && { delta }) };
}

/** Compares two rows. @returns null when they share no question */
export function deltaOf(
  row: SetsBySeed,
  baseline: SetsBySeed,
  context: CellContext,
): CellDelta | null {
  const difference = rowDifference(row, baseline, context);
  if (difference === null) return null;
  const { delta: mean, low, high, count, pValue } = difference;
  return { mean, low, high, count, pValue };
}

/** Corrects the p-values of all differences together: each row and column is one more chance to err. */
export function withHolm<R extends { cells: readonly (TableCell | null)[] }>(
  rows: readonly R[],
): R[] {
  const deltas = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.delta ?? []));
  const corrected = holmCorrection(deltas.map(({ pValue }) => pValue));
  const adjustedOf = new Map(deltas.map((delta, index) => [delta, corrected[index] ?? null]));
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => {
      const adjustedPValue = (cell?.delta && adjustedOf.get(cell.delta)) ?? null;
      return cell === null || adjustedPValue === null ? cell : { ...cell, adjustedPValue };
    }),
  }));
}

/** True for a difference that is left after the correction. */
export function isSure({ adjustedPValue = 1 }: Pick<TableCell, 'adjustedPValue'>): boolean {
  return adjustedPValue < SIGNIFICANCE;
}

function cellOf({ value, count, interval }: Figure): TableCell {
  return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null, count };
}
