import { MissingDataError } from '@omnict/core';
import { holmCorrection } from '../stats/holm';
import { mcNemarTest, type McNemarTest } from '../stats/mcnemar';
import { resolvableDifference, standardErrorOfInterval } from '../stats/power';
import {
  checkSameAnswers,
  type MeasuredFile,
  type MeasuredRow,
  measureFile,
  type MeasureOptions,
} from './measure-file';
import type { NamedMetric } from './metric-names';
import { type Difference, pairedDifference, type PairedScores } from './paired-difference';
import type { PredictionFiles } from './read-predictions';
import { intervalOptions } from './score-rows';

/** How two files are compared. */
export interface CompareOptions extends MeasureOptions {
  /** Default 0.95. */
  confidence?: number;
  /** Default 2000. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
}

/** A metric's comparison over all rows. */
export interface MetricComparison extends Difference {
  metric: string;
  variant: string;
  /** Holm's correction over the metrics of the table; null where there is no p-value. */
  adjustedPValue: number | null;
  /** Smallest difference that these rows show with a power of 80 %; null where they cannot say. */
  resolvable: number | null;
  /** For metrics that are right or wrong. */
  mcNemar?: McNemarTest;
  /** Ids of rows that changed between right and wrong. */
  flipped?: { gained: string[]; lost: string[] };
  groups: Record<string, Record<string, Difference>>;
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
interface Pair extends PairedScores {
  id: string;
  groups: MeasuredRow['groups'];
}

/**
 * Compares two models on the questions that both answered, paired by id: what both find hard cancels out.
 *
 * @throws MissingDataError when no id is in both; FormatError when one id has two answers; as `scoreFile`
 *   otherwise
 */
export async function compareFiles(
  a: PredictionFiles,
  b: PredictionFiles,
  options: CompareOptions,
): Promise<Comparison> {
  const { confidence, resamples, seed } = intervalOptions(options);
  const [first, second] = [await measureFile(a, options), await measureFile(b, options)];
  const shared = [...first.rows.keys()].filter((id) => second.rows.has(id)).length;
  if (shared === 0) {
    throw new MissingDataError(
      `${b.predictions}: no id of ${a.predictions} occurs; expected answers to the same questions; compare other files`,
    );
  }
  checkSameAnswers(
    { path: a.predictions, rows: first.rows },
    { path: b.predictions, rows: second.rows },
  );
  const compared = first.metrics.flatMap((named, index) => {
    const pairs = pairsOf(first, second, index);
    const differ = (rows: readonly Pair[]): Difference =>
      pairedDifference(named.metric, rows, { confidence, resamples, seed });
    return pairs.length === 0 ? [] : [comparison({ named, pairs, differ, confidence })];
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
      adjustedPValue: adjusted[index] ?? null,
    })),
  };
}

function comparison({
  named: { asked, metric },
  pairs,
  differ,
  confidence,
}: {
  named: NamedMetric;
  pairs: readonly Pair[];
  differ: (rows: readonly Pair[]) => Difference;
  confidence: number;
}): Omit<MetricComparison, 'adjustedPValue'> {
  const overall = differ(pairs);
  const { low, high } = overall;
  const isRight = (statistics: readonly number[]): boolean => statistics[0] === 1;
  const ids = (wanted: boolean): string[] =>
    pairs
      .filter(({ a, b }) => isRight(a) !== isRight(b) && isRight(b) === wanted)
      .map(({ id }) => id);
  return {
    metric: asked,
    variant: metric.variant,
    ...overall,
    resolvable:
      low === null || high === null
        ? null
        : resolvableDifference(standardErrorOfInterval({ low, high }, confidence)),
    ...(metric.isProportion === true && {
      mcNemar: mcNemarTest(
        pairs.map(({ a }) => isRight(a)),
        pairs.map(({ b }) => isRight(b)),
      ),
      flipped: { gained: ids(true), lost: ids(false) },
    }),
    groups: groupDifferences(pairs, differ),
  };
}

function groupDifferences(
  pairs: readonly Pair[],
  differ: (rows: readonly Pair[]) => Difference,
): MetricComparison['groups'] {
  const groups = new Map<string, Map<string, Pair[]>>();
  for (const pair of pairs) {
    for (const [field, value] of Object.entries(pair.groups)) {
      const values = groups.get(field) ?? new Map<string, Pair[]>();
      const own = values.get(value);
      if (own === undefined) values.set(value, [pair]);
      else own.push(pair);
      groups.set(field, values);
    }
  }
  return Object.fromEntries(
    [...groups].map(([field, values]) => [
      field,
      Object.fromEntries([...values].map(([value, own]) => [value, differ(own)])),
    ]),
  );
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
