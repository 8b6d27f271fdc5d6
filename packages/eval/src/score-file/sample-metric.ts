import type { PredictionRow } from './prediction-row';

/** What one row contributes: numbers that add up, and what the log should tell about it. */
export interface Measurement {
  /** As many numbers for every row of a metric. */
  statistics: readonly number[];
  /** For the log of samples. */
  detail?: Readonly<Record<string, unknown>>;
}

/** Figures of a metric; `value` is the one in tables. */
export type MetricValues = Readonly<Record<string, number>> & { readonly value: number };

/** A metric as `omnict score` runs it: rows to numbers that add up, their sum to figures. */
export interface SampleMetric {
  /** Name in results. */
  readonly name: string;
  /** Exactly which metric: rules, options, aggregation. */
  readonly variant: string;
  /** Whether the figure is a mean over rows, or computed from sums over all of them. */
  readonly aggregation: 'mean' | 'corpus';
  /** Least value, which no interval goes below. Default 0; figures never exceed 1. */
  readonly minimum?: number;
  /** Each row is right or wrong: gives a better interval. */
  readonly isProportion?: boolean;
  /** Sees all rows once before any is measured; for metrics that need counts of the whole file. */
  collect?(rows: readonly PredictionRow[]): Promise<void>;
  /** Null for rows that the metric does not apply to. */
  measure(rows: readonly PredictionRow[]): Promise<(Measurement | null)[]>;
  /** @param sums of the statistics of `count` rows */
  finish(sums: readonly number[], count: number): MetricValues;
  /** Instead of {@link finish}, for figures that need more than sums: the statistics of all rows. */
  finishAll?(statistics: readonly (readonly number[])[]): MetricValues;
  /** Figure of one row, where it is another formula than that of all. */
  sampleValue?(statistics: readonly number[]): number;
}

/** A metric that is a mean of a function of a row. Further figures follow the value. */
export function meanMetric(
  { name, variant, parts = [] }: { name: string; variant: string; parts?: readonly string[] },
  score: (row: PredictionRow) => readonly number[] | null,
): SampleMetric {
  return {
    name,
    variant: `${variant}, mean of samples`,
    aggregation: 'mean',
    measure: (rows) =>
      Promise.resolve(
        rows.map((row) => {
          const statistics = row.references.length === 0 ? null : score(row);
          return statistics === null ? null : { statistics };
        }),
      ),
    finish: (sums, count) => meanOf(sums, count, parts),
  };
}

/** Means by name; the first is the value. */
export function meanOf(
  sums: readonly number[],
  count: number,
  parts: readonly string[],
): MetricValues {
  return {
    value: (sums[0] ?? 0) / count,
    ...Object.fromEntries(parts.map((part, index) => [part, (sums[index + 1] ?? 0) / count])),
  };
}
