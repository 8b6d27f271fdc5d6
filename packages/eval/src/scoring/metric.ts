import type { PredictionRow } from './prediction-row';

/** Score of one sample by one metric: numbers that add up, and what the log should tell about it. */
export interface Score {
  /** As many numbers for every sample of a metric; the first is its value, where one sample has one. */
  statistics: readonly number[];
  /** For the log of samples. */
  detail?: Readonly<Record<string, unknown>>;
}

/** Figures of a metric; `value` is the one in tables. */
export type MetricValues = Readonly<Record<string, number>> & { readonly value: number };

/** A metric: gives each sample a score, and turns the sum of scores into figures. */
export interface Metric {
  /** Name in results. */
  readonly name: string;
  /** Heading in tables, as the field writes it. Default: the name. */
  readonly title?: string;
  /** Exactly which metric: rules, options, aggregation. */
  readonly variant: string;
  /** Whether the figure is a mean over samples, or computed from sums over all of them. */
  readonly aggregation: 'mean' | 'corpus';
  /** Least value, which no interval goes below. Default 0; figures never exceed 1. */
  readonly minimum?: number;
  /** Each sample is right or wrong: gives a better interval and exact tests. */
  readonly isProportion?: boolean;
  /** Sees all samples once before any is scored; for metrics that need counts of the whole set. */
  collect?(rows: readonly PredictionRow[]): Promise<void>;
  /** Scores samples; null for those that the metric does not apply to. */
  score(rows: readonly PredictionRow[]): Promise<(Score | null)[]>;
  /** Turns the sums of the statistics of `count` samples into figures. */
  finish(sums: readonly number[], count: number): MetricValues;
  /** Instead of {@link finish}, for figures that need more than sums: the statistics of all samples. */
  finishAll?(statistics: readonly (readonly number[])[]): MetricValues;
  /** Figure of one sample, where it is another formula than that of all. */
  sampleValue?(statistics: readonly number[]): number;
}

/** A metric that is a mean of a function of a sample. Further figures follow the value. */
export function meanMetric(
  {
    name,
    title,
    variant,
    parts = [],
  }: Pick<Metric, 'name' | 'title' | 'variant'> & { parts?: readonly string[] },
  score: (row: PredictionRow) => readonly number[] | null,
): Metric {
  return {
    name,
    title,
    variant: `${variant}, mean of samples`,
    aggregation: 'mean',
    score: (rows) =>
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

/** Computes the figures of a set of samples from their statistics. */
export function figuresOf(
  metric: Metric,
  statistics: readonly (readonly number[])[],
): MetricValues {
  return (
    metric.finishAll?.(statistics) ?? metric.finish(addStatistics(statistics), statistics.length)
  );
}

/** Value of one sample's score. */
export function valueOf(metric: Metric, { statistics }: Score): number {
  return metric.sampleValue?.(statistics) ?? metric.finish(statistics, 1).value;
}

/** Adds statistics up, number by number. */
export function addStatistics(rows: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(rows[0]?.length ?? 0).fill(0);
  for (const row of rows)
    for (let index = 0; index < sums.length; index++)
      sums[index] = (sums[index] as number) + (row[index] as number);
  return sums;
}
