import { ConfigError } from '@omnict/core';
import { createMetrics, type NamedMetric, type OwnMetrics } from './metric-names';
import type { MetricOptions } from './metric-options';
import type { PredictionRow } from './prediction-row';
import { DEFAULT_INTERVAL, type IntervalMethod, type IntervalOptions } from './reducer';
import { type ScoredSample, type ScoreFigures, Scorer } from './scorer';

/** Which metrics score samples, and how figures are put together. */
export interface ScoreOptions extends MetricOptions {
  /** Names, as {@link createMetrics} takes them. */
  metrics: readonly string[];
  /** Metrics of the user, by name. */
  own?: OwnMetrics;
  /** Default `closed-form`. */
  interval?: IntervalMethod;
  /** Default 0.95. */
  confidence?: number;
  /** Of the bootstrap. Default 2000. */
  resamples?: number;
  /** Of the bootstrap. Default 0. */
  seed?: number;
  /** Further fields to group by. */
  groupBy?: readonly string[];
}

/** What one sample contributes to every figure: enough to compare, and to average over seeds. */
export interface SampleStatistics {
  id: string;
  modality?: string;
  skill?: string;
  /** What its question cannot be answered without. */
  mechanism?: string;
  cluster?: string;
  /** By the metric's name as it was asked for; null where the metric does not apply. */
  statistics: Readonly<Record<string, readonly number[] | null>>;
}

/** Scored samples: figures with their intervals, and the numbers behind them. */
export interface ScoredSet {
  figures: ScoreFigures;
  samples: SampleStatistics[];
}

/**
 * Scores samples that are in memory.
 *
 * @throws ConfigError for unknown names; MissingDataError for metrics that lack what they need
 */
export async function scoreRows(
  rows: readonly PredictionRow[],
  options: ScoreOptions,
): Promise<ScoredSet> {
  const metrics = createMetrics(options.metrics, options);
  for (const { metric } of metrics) await metric.collect?.(rows);
  const scorer = createScorer(metrics, options);
  const scored = await scorer.add(rows);
  return {
    figures: scorer.figures(),
    samples: scored.map((one) => sampleStatistics(metrics, one)),
  };
}

/** Makes a scorer, with defaults for what is left out. */
export function createScorer(
  metrics: readonly NamedMetric[],
  options: Omit<ScoreOptions, 'metrics'>,
): Scorer {
  return new Scorer(metrics, { ...intervalOptions(options), groupBy: options.groupBy });
}

/** Fills in what is left out. @throws ConfigError for a confidence that is no share */
export function intervalOptions({
  interval = DEFAULT_INTERVAL.method,
  confidence = DEFAULT_INTERVAL.confidence,
  resamples = DEFAULT_INTERVAL.resamples,
  seed = DEFAULT_INTERVAL.seed,
}: Omit<ScoreOptions, 'metrics'>): IntervalOptions {
  if (!(confidence > 0 && confidence < 1)) {
    throw new ConfigError(
      `confidence: cannot be used; expected a number above 0 and below 1, got ${confidence}; correct it`,
    );
  }
  return { method: interval, confidence, resamples, seed };
}

function sampleStatistics(
  metrics: readonly NamedMetric[],
  { row: { id, cluster, fields }, scores }: ScoredSample,
): SampleStatistics {
  const { modality, skill, mechanism } = fields;
  return {
    id,
    ...(modality !== undefined && { modality }),
    ...(skill !== undefined && { skill }),
    ...(mechanism !== undefined && { mechanism }),
    ...(cluster !== undefined && { cluster }),
    statistics: Object.fromEntries(
      metrics.map(({ asked }, index) => [asked, scores[index]?.statistics ?? null]),
    ),
  };
}
