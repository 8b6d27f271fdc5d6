import { type Metric, type Score, valueOf } from './metric';
import type { NamedMetric } from './metric-names';
import { GROUP_FIELDS, groupOf, KIND_FIELD, type PredictionRow } from './prediction-row';
import { type Figure, type IntervalOptions, Reducer } from './reducer';

/** A sample with its score by each metric, in their order; null where one does not apply. */
export interface ScoredSample {
  row: PredictionRow;
  scores: readonly (Score | null)[];
}

/** A figure with what exactly it is. */
export interface MetricEntry extends Figure {
  /** The metric's own name. */
  name: string;
  variant: string;
  aggregation: 'mean' | 'corpus';
}

/** Figures of a group of samples. */
export interface GroupReport {
  count: number;
  /** Values by the name that was asked for; null where a metric applied to no sample. */
  scores: Record<string, number | null>;
  metrics: Record<string, MetricEntry | null>;
}

/** Figures of scored samples, overall and in groups. */
export interface ScoreFigures extends GroupReport {
  /** Predictions without a letter in them. */
  empty: number;
  /** Closed answers that no rule could read; they count as wrong. Absent when accuracy was not asked for. */
  unparsed?: number;
  unparsedRate?: number;
  /** By value of each field, for instance `groups.organ.liver`; samples without the field are left out. */
  groups: Record<string, Record<string, GroupReport>>;
}

/** How figures are put together. */
export interface ScorerOptions extends IntervalOptions {
  /** Further fields to group by, beside {@link GROUP_FIELDS} and closed or open. */
  groupBy?: readonly string[];
}

/** Scores samples by metrics and reduces the scores to figures, over all of them and in groups. */
export class Scorer {
  private readonly all: Group;
  private readonly fields: readonly string[];
  private readonly groups = new Map<string, Map<string, Group>>();
  private empty = 0;

  constructor(
    private readonly metrics: readonly NamedMetric[],
    private readonly options: ScorerOptions,
  ) {
    this.all = new Group(metrics, options);
    this.fields = [...new Set([...GROUP_FIELDS, KIND_FIELD, ...(options.groupBy ?? [])])];
  }

  /** Scores samples. @returns each with its scores, in the same order */
  async add(rows: readonly PredictionRow[]): Promise<ScoredSample[]> {
    const samples = await scoreSamples(
      this.metrics.map(({ metric }) => metric),
      rows,
    );
    for (const { row, scores } of samples) {
      if (!/[\p{L}\p{N}]/u.test(row.prediction)) this.empty++;
      for (const group of this.groupsOf(row)) group.add(scores, row.cluster);
    }
    return samples;
  }

  /** All figures. */
  figures(): ScoreFigures {
    const overall = this.all.report();
    const accuracy = Object.values(overall.metrics).find((entry) => entry?.name === 'accuracy');
    return {
      ...overall,
      empty: this.empty,
      ...(accuracy && {
        unparsed: Number(accuracy['unparsed']),
        unparsedRate: Number(accuracy['unparsedRate']),
      }),
      groups: Object.fromEntries(
        [...this.groups].map(([field, values]) => [
          field,
          Object.fromEntries([...values].map(([value, group]) => [value, group.report()])),
        ]),
      ),
    };
  }

  private groupsOf(row: PredictionRow): Group[] {
    const found = [this.all];
    for (const field of this.fields) {
      const value = groupOf(row, field);
      if (value === undefined) continue;
      const values = this.groups.get(field) ?? new Map<string, Group>();
      const group = values.get(value) ?? new Group(this.metrics, this.options);
      this.groups.set(field, values.set(value, group));
      found.push(group);
    }
    return found;
  }
}

/** Scores samples by each metric. */
export async function scoreSamples(
  metrics: readonly Metric[],
  rows: readonly PredictionRow[],
): Promise<ScoredSample[]> {
  const columns: (Score | null)[][] = [];
  for (const metric of metrics) columns.push(await metric.score(rows));
  return rows.map((row, index) => ({
    row,
    scores: columns.map((column) => column[index] ?? null),
  }));
}

/** What each metric said about one sample, for a log. */
export interface SampleRecord {
  id: string;
  scores: Record<string, number | null>;
  /** Extraction of closed answers and the like, by metric. */
  details: Record<string, unknown>;
}

/** Writes a sample's scores as a log keeps them. */
export function sampleRecord(
  metrics: readonly NamedMetric[],
  { row, scores: all }: ScoredSample,
): SampleRecord {
  const scores: Record<string, number | null> = {};
  const details: Record<string, unknown> = {};
  metrics.forEach(({ asked, metric }, index) => {
    const score = all[index] ?? null;
    scores[asked] = score === null ? null : valueOf(metric, score);
    if (score?.detail !== undefined) details[asked] = score.detail;
  });
  return { id: row.id, scores, details };
}

class Group {
  private count = 0;
  private readonly reducers: readonly Reducer[];

  constructor(
    private readonly metrics: readonly NamedMetric[],
    interval: IntervalOptions,
  ) {
    this.reducers = metrics.map(({ metric }) => new Reducer(metric, interval));
  }

  add(scores: readonly (Score | null)[], cluster: string | undefined): void {
    this.count++;
    scores.forEach((score, index) => {
      if (score !== null) this.reducers[index]?.add(score.statistics, cluster);
    });
  }

  report(): GroupReport {
    const entries = this.metrics.map(({ asked, metric }, index) => {
      const { name, variant, aggregation } = metric;
      const figure = this.reducers[index]?.figure() ?? null;
      return [asked, figure && { ...figure, name, variant, aggregation }] as const;
    });
    return {
      count: this.count,
      scores: Object.fromEntries(entries.map(([asked, entry]) => [asked, entry?.value ?? null])),
      metrics: Object.fromEntries(entries) as GroupReport['metrics'],
    };
  }
}
