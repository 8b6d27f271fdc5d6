import {
  Accumulator,
  type IntervalMethod,
  type IntervalOptions,
  type MetricReport,
} from './accumulator';
import { batches, collectAll } from './measure-file';
import { createMetrics, type NamedMetric } from './metric-names';
import type { MetricOptions } from './metric-options';
import { GROUP_FIELDS, type GroupField, type PredictionRow } from './prediction-row';
import { type PredictionFiles, readPredictions } from './read-predictions';
import type { Measurement } from './sample-metric';

/** What `omnict score` does. */
export interface ScoreFileOptions extends MetricOptions {
  /** Names, as {@link createMetrics} takes them. */
  metrics: readonly string[];
  /** Default `closed-form`. */
  interval?: IntervalMethod;
  /** Default 0.95. */
  confidence?: number;
  /** Of the bootstrap. Default 2000. */
  resamples?: number;
  /** Of the bootstrap. Default 0. */
  seed?: number;
  /** Called for each row in order, for a log of samples. */
  onSample?: (sample: SampleRecord) => void | Promise<void>;
}

/** What each metric said about one row. */
export interface SampleRecord {
  id: string;
  scores: Record<string, number | null>;
  /** Extraction of closed answers and the like, by metric. */
  details: Record<string, unknown>;
}

/** Figures of a group of rows. */
export interface GroupReport {
  count: number;
  /** Values by the name that was asked for; null where a metric applied to no row. */
  scores: Record<string, number | null>;
  metrics: Record<string, MetricEntry | null>;
}

/** A figure with what exactly it is. */
export interface MetricEntry extends MetricReport {
  /** The metric's own name. */
  name: string;
  variant: string;
  aggregation: 'mean' | 'corpus';
}

/** Result of scoring a file. */
export interface ScoreReport extends GroupReport {
  schema: 'omnict/score@1';
  predictions: string;
  references?: string;
  /** Predictions without a letter in them. */
  empty: number;
  /** Closed answers that no rule could read; they count as wrong. Absent when accuracy was not asked for. */
  unparsed?: number;
  unparsedRate?: number;
  /** By value of each field, for instance `groups.organ.liver`; rows without the field are left out. */
  groups: Partial<Record<GroupField, Record<string, GroupReport>>>;
}

/**
 * Scores a file of predictions, row by row: no model, no waiting, memory that does not grow with it.
 *
 * @throws ConfigError for unknown names; FormatError and MissingDataError for unusable lines, and for
 *   metrics that lack what they need
 */
export async function scoreFile(
  files: PredictionFiles,
  { metrics: names, onSample, ...options }: ScoreFileOptions,
): Promise<ScoreReport> {
  const metrics = createMetrics(names, options);
  await collectAll(files, metrics);
  const scorer = new FileScorer(metrics, {
    method: options.interval ?? 'closed-form',
    confidence: options.confidence ?? 0.95,
    resamples: options.resamples ?? 2000,
    seed: options.seed ?? 0,
  });
  for await (const rows of batches(readPredictions(files))) {
    const samples = await scorer.add(rows);
    if (onSample !== undefined) for (const sample of samples) await onSample(sample);
  }
  const { predictions, references } = files;
  return {
    schema: 'omnict/score@1',
    predictions,
    ...(references !== undefined && { references }),
    ...scorer.report(),
  };
}

/** Measures rows and sums up, over all of them and in groups. */
export class FileScorer {
  private readonly all: Group;
  private readonly groups = new Map<GroupField, Map<string, Group>>();
  private empty = 0;

  constructor(
    private readonly metrics: readonly NamedMetric[],
    private readonly interval: IntervalOptions,
  ) {
    this.all = new Group(metrics, interval);
  }

  /** Scores rows. @returns what each metric said about each */
  async add(rows: readonly PredictionRow[]): Promise<SampleRecord[]> {
    const columns: (Measurement | null)[][] = [];
    for (const { metric } of this.metrics) columns.push(await metric.measure(rows));
    return rows.map((row, index) => {
      const measurements = columns.map((column) => column[index] ?? null);
      if (!/[\p{L}\p{N}]/u.test(row.prediction)) this.empty++;
      for (const group of this.groupsOf(row)) group.add(measurements, row.cluster);
      return this.record(row, measurements);
    });
  }

  /** All figures. */
  report(): Omit<ScoreReport, 'schema' | 'predictions'> {
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
    for (const field of GROUP_FIELDS) {
      const value = row[field];
      if (value === undefined) continue;
      const values = this.groups.get(field) ?? new Map<string, Group>();
      const group = values.get(value) ?? new Group(this.metrics, this.interval);
      this.groups.set(field, values.set(value, group));
      found.push(group);
    }
    return found;
  }

  private record(
    { id }: PredictionRow,
    measurements: readonly (Measurement | null)[],
  ): SampleRecord {
    const scores: Record<string, number | null> = {};
    const details: Record<string, unknown> = {};
    this.metrics.forEach(({ asked, metric }, index) => {
      const measurement = measurements[index];
      const { statistics, detail } = measurement ?? {};
      scores[asked] =
        statistics === undefined
          ? null
          : (metric.sampleValue?.(statistics) ?? metric.finish(statistics, 1).value);
      if (detail !== undefined) details[asked] = detail;
    });
    return { id, scores, details };
  }
}

class Group {
  private count = 0;
  private readonly accumulators: readonly Accumulator[];

  constructor(
    private readonly metrics: readonly NamedMetric[],
    interval: IntervalOptions,
  ) {
    this.accumulators = metrics.map(({ metric }) => new Accumulator(metric, interval));
  }

  add(measurements: readonly (Measurement | null)[], cluster: string | undefined): void {
    this.count++;
    measurements.forEach((measurement, index) => {
      if (measurement !== null) this.accumulators[index]?.add(measurement.statistics, cluster);
    });
  }

  report(): GroupReport {
    const entries = this.metrics.map(({ asked, metric }, index) => {
      const { name, variant, aggregation } = metric;
      const report = this.accumulators[index]?.report() ?? null;
      return [asked, report && { ...report, name, variant, aggregation }] as const;
    });
    return {
      count: this.count,
      scores: Object.fromEntries(entries.map(([asked, entry]) => [asked, entry?.value ?? null])),
      metrics: Object.fromEntries(entries) as GroupReport['metrics'],
    };
  }
}
