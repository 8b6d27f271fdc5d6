import { MissingDataError, Random } from '@omnict/core';
import { percentiles } from '../stats/bootstrap';
import { holmCorrection } from '../stats/holm';
import { mcNemarTest, type McNemarTest } from '../stats/mcnemar';
import { resolvableDifference, standardErrorOfInterval } from '../stats/power';
import { type MeasuredFile, measureFile, type MeasuredRow } from './measure-file';
import type { MetricOptions } from './metric-options';
import { GROUP_FIELDS, type GroupField } from './prediction-row';
import type { PredictionFiles } from './read-predictions';
import type { SampleMetric } from './sample-metric';

/** How two files are compared. */
export interface CompareOptions extends MetricOptions {
  metrics: readonly string[];
  /** Default 0.95. */
  confidence?: number;
  /** Default 2000. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
}

/** Two figures of the same metric on the same rows. */
export interface Difference {
  /** Rows that both files have and the metric applies to. */
  count: number;
  a: number;
  b: number;
  /** `b - a`, with its paired bootstrap interval over rows or clusters. */
  delta: number;
  low: number;
  high: number;
  /** Two-sided, of the paired bootstrap. */
  pValue: number;
}

/** A metric's comparison over all rows. */
export interface MetricComparison extends Difference {
  metric: string;
  variant: string;
  /** Holm's correction over the metrics of the table. */
  adjustedPValue: number;
  /** Smallest difference that these rows show with a power of 80 %. */
  resolvable: number;
  /** For metrics that are right or wrong. */
  mcNemar?: McNemarTest;
  /** Ids of rows that changed between right and wrong. */
  flipped?: { gained: string[]; lost: string[] };
  groups: Partial<Record<GroupField, Record<string, Difference>>>;
}

/** Result of comparing two files of predictions on the same questions. */
export interface Comparison {
  schema: 'omnict/comparison@1';
  a: string;
  b: string;
  confidence: number;
  /** Rows of both files, and of one alone. */
  shared: number;
  onlyA: number;
  onlyB: number;
  metrics: MetricComparison[];
}

/** Rows of both files for one metric. */
interface Pair {
  id: string;
  cluster: string;
  groups: MeasuredRow['groups'];
  a: readonly number[];
  b: readonly number[];
}

/**
 * Compares two models on the questions that both answered, paired by id: what both find hard cancels out.
 *
 * @throws MissingDataError when no id is in both; as `scoreFile` otherwise
 */
export async function compareFiles(
  a: PredictionFiles,
  b: PredictionFiles,
  { confidence = 0.95, resamples = 2000, seed = 0, ...options }: CompareOptions,
): Promise<Comparison> {
  const [first, second] = [await measureFile(a, options), await measureFile(b, options)];
  const shared = [...first.rows.keys()].filter((id) => second.rows.has(id)).length;
  if (shared === 0) {
    throw new MissingDataError(
      `${b.predictions}: no id of ${a.predictions} occurs; expected answers to the same questions; compare other files`,
    );
  }
  const compared = first.metrics.flatMap(({ asked, metric }, index) => {
    const pairs = pairsOf(first, second, index);
    if (pairs.length === 0) return [];
    const differ = (rows: readonly Pair[]): Difference =>
      difference(metric, rows, { confidence, resamples, random: new Random(`compare/${seed}`) });
    return [comparison({ asked, metric, pairs, differ, confidence })];
  });
  const adjusted = holmCorrection(compared.map(({ pValue }) => pValue));
  return {
    schema: 'omnict/comparison@1',
    a: a.predictions,
    b: b.predictions,
    confidence,
    shared,
    onlyA: first.rows.size - shared,
    onlyB: second.rows.size - shared,
    metrics: compared.map((metric, index) => ({
      ...metric,
      adjustedPValue: adjusted[index] as number,
    })),
  };
}

function comparison({
  asked,
  metric,
  pairs,
  differ,
  confidence,
}: {
  asked: string;
  metric: SampleMetric;
  pairs: readonly Pair[];
  differ: (rows: readonly Pair[]) => Difference;
  confidence: number;
}): Omit<MetricComparison, 'adjustedPValue'> {
  const overall = differ(pairs);
  const isRight = (statistics: readonly number[]): boolean => statistics[0] === 1;
  const ids = (wanted: boolean): string[] =>
    pairs
      .filter(({ a, b }) => isRight(a) !== isRight(b) && isRight(b) === wanted)
      .map(({ id }) => id);
  return {
    metric: asked,
    variant: metric.variant,
    ...overall,
    resolvable: resolvableDifference(standardErrorOfInterval(overall, confidence)),
    ...(metric.isProportion === true && {
      mcNemar: mcNemarTest(
        pairs.map(({ a }) => isRight(a)),
        pairs.map(({ b }) => isRight(b)),
      ),
      flipped: { gained: ids(true), lost: ids(false) },
    }),
    groups: Object.fromEntries(
      GROUP_FIELDS.flatMap((field) => {
        const values = [...new Set(pairs.flatMap(({ groups }) => groups[field] ?? []))];
        if (values.length === 0) return [];
        const of = (value: string): Difference =>
          differ(pairs.filter(({ groups }) => groups[field] === value));
        return [[field, Object.fromEntries(values.map((value) => [value, of(value)]))]];
      }),
    ),
  };
}

function pairsOf(first: MeasuredFile, second: MeasuredFile, metric: number): Pair[] {
  return [...first.rows].flatMap(([id, row]) => {
    const a = row.statistics[metric] ?? null;
    const b = second.rows.get(id)?.statistics[metric] ?? null;
    return a === null || b === null
      ? []
      : [{ id, a, b, groups: row.groups, cluster: row.cluster ?? `row ${id}` }];
  });
}

/** Difference of the figures, with a bootstrap that draws whole clusters of pairs. */
function difference(
  metric: SampleMetric,
  pairs: readonly Pair[],
  { confidence, resamples, random }: { confidence: number; resamples: number; random: Random },
): Difference {
  const a = figure(
    metric,
    pairs.map((pair) => pair.a),
  );
  const b = figure(
    metric,
    pairs.map((pair) => pair.b),
  );
  const clusters = sumsByCluster(metric, pairs);
  const deltas = Float64Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: clusters.length }, () => random.choice(clusters));
    return drawnFigure(metric, drawn, 'b') - drawnFigure(metric, drawn, 'a');
  })
    .filter((value) => !Number.isNaN(value))
    .sort();
  const [low, high] = percentiles(deltas, confidence);
  const delta = b - a;
  // Under no difference the resampled deltas lie around 0 as they now lie around delta.
  const extreme = deltas.filter(
    (value) => Math.abs(value - delta) >= Math.abs(delta) - 1e-12,
  ).length;
  return {
    count: pairs.length,
    a,
    b,
    delta,
    low,
    high,
    pValue: (extreme + 1) / (deltas.length + 1),
  };
}

/** Rows of one cluster: their sums, and themselves for metrics that need all. */
interface Cluster {
  count: number;
  sums: { a: number[]; b: number[] };
  rows: readonly Pair[];
}

function sumsByCluster(metric: SampleMetric, pairs: readonly Pair[]): Cluster[] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const known = groups.get(pair.cluster);
    if (known === undefined) groups.set(pair.cluster, [pair]);
    else known.push(pair);
  }
  return [...groups.values()].map((rows) => ({
    count: rows.length,
    sums: { a: addUp(rows.map(({ a }) => a)), b: addUp(rows.map(({ b }) => b)) },
    rows: metric.finishAll === undefined ? [] : rows,
  }));
}

function drawnFigure(metric: SampleMetric, drawn: readonly Cluster[], side: 'a' | 'b'): number {
  if (metric.finishAll !== undefined)
    return metric.finishAll(drawn.flatMap(({ rows }) => rows.map((row) => row[side]))).value;
  const count = drawn.reduce((sum, cluster) => sum + cluster.count, 0);
  return metric.finish(addUp(drawn.map(({ sums }) => sums[side])), count).value;
}

function figure(metric: SampleMetric, statistics: readonly (readonly number[])[]): number {
  return (metric.finishAll?.(statistics) ?? metric.finish(addUp(statistics), statistics.length))
    .value;
}

function addUp(rows: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(rows[0]?.length ?? 0).fill(0);
  for (const row of rows)
    for (let index = 0; index < sums.length; index++)
      sums[index] = (sums[index] as number) + (row[index] as number);
  return sums;
}
