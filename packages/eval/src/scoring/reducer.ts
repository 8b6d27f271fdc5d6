import { Random } from '@omnict/core';
import { percentiles } from '../stats/percentiles';
import {
  clusteredStandardError,
  type MeanSums,
  normalInterval,
  standardErrorOfMean,
  wilsonInterval,
} from '../stats/closed-form';
import { addStatistics, type Metric } from './metric';

/** How a figure's interval is found. */
export const INTERVAL_METHODS = ['closed-form', 'bootstrap', 'none'] as const;

/** One of the methods. */
export type IntervalMethod = (typeof INTERVAL_METHODS)[number];

/** Interval options with their values. */
export interface IntervalOptions {
  method: IntervalMethod;
  confidence: number;
  resamples: number;
  seed: number;
}

/** Interval options, where nothing else is asked for. */
export const DEFAULT_INTERVAL: IntervalOptions = {
  method: 'closed-form',
  confidence: 0.95,
  resamples: 2000,
  seed: 0,
};

/** Where a figure lies with the asked confidence. */
export interface MetricInterval {
  low: number;
  high: number;
  confidence: number;
  /** `wilson`, `normal`, `clustered` or `bootstrap`; the latter over clusters when there are some. */
  method: string;
}

/** One figure of a report; metrics add parts of their own, for instance precision and recall. */
export interface Figure {
  value: number;
  /** The value in percent, as the paper prints it. */
  percent: number;
  /** Samples the metric applied to. */
  count: number;
  /** Absent where the samples cannot say: fewer than two of them or of their clusters. */
  interval?: MetricInterval;
  [part: string]: number | string | MetricInterval | undefined;
}

/** A sample's statistics, and the cluster that it belongs to. */
export interface ClusteredStatistics {
  statistics: readonly number[];
  cluster?: string | undefined;
}

/** Reduces the scores of a group of samples to a figure with its interval; null without samples. */
export function reduceScores(
  metric: Metric,
  samples: Iterable<ClusteredStatistics>,
  options: IntervalOptions,
): Figure | null {
  const reducer = new Reducer(metric, options);
  for (const { statistics, cluster } of samples) reducer.add(statistics, cluster);
  return reducer.figure();
}

/**
 * Reduces the scores of a group of samples to one figure: running sums, so that memory does not grow
 * with the group; single samples only for the bootstrap and for metrics that need all of them.
 */
export class Reducer {
  private readonly sums: number[] = [];
  private count = 0;
  private sumOfSquares = 0;
  private readonly clusters = new Map<string, MeanSums>();
  private hasClusters = false;
  private readonly kept: ClusteredStatistics[] = [];

  constructor(
    private readonly metric: Metric,
    private readonly options: IntervalOptions,
  ) {}

  /** Adds a sample's score. */
  add(statistics: readonly number[], cluster: string | undefined): void {
    const value = statistics[0] as number;
    statistics.forEach((number, index) => (this.sums[index] = (this.sums[index] ?? 0) + number));
    this.count++;
    this.sumOfSquares += value * value;
    if (cluster !== undefined) {
      this.hasClusters = true;
      const known = this.clusters.get(cluster);
      if (known === undefined)
        this.clusters.set(cluster, { count: 1, sum: value, sumOfSquares: value * value });
      else {
        known.count++;
        known.sum += value;
        known.sumOfSquares += value * value;
      }
    }
    if (this.options.method === 'bootstrap' || this.metric.finishAll !== undefined)
      this.kept.push({ statistics, cluster });
  }

  /** The figure and its interval; null when there was no score. */
  figure(): Figure | null {
    if (this.count === 0) return null;
    const values =
      this.metric.finishAll?.(this.kept.map(({ statistics }) => statistics)) ??
      this.metric.finish(this.sums, this.count);
    const interval = this.interval();
    return {
      ...values,
      percent: values.value * 100,
      count: this.count,
      ...(interval !== undefined && { interval }),
    };
  }

  private interval(): MetricInterval | undefined {
    const { method } = this.options;
    if (method === 'none') return undefined;
    if (method === 'bootstrap') return this.bootstrap();
    return this.metric.aggregation === 'corpus' ? undefined : this.closedForm();
  }

  private closedForm(): MetricInterval | undefined {
    const { confidence } = this.options;
    const own = { count: this.count, sum: this.sums[0] ?? 0, sumOfSquares: this.sumOfSquares };
    const mean = own.sum / own.count;
    if (this.hasClusters) {
      if (this.clusters.size < 2) return undefined;
      const error = clusteredStandardError(this.clusters.values());
      return error > 0
        ? this.bounded(normalInterval(mean, error, confidence), 'clustered')
        : this.withoutSpread(this.clusters.size);
    }
    if (this.metric.isProportion === true)
      return this.bounded(wilsonInterval(own.sum, own.count, confidence), 'wilson');
    const error = own.count < 2 ? 0 : standardErrorOfMean(own);
    return error > 0 ? this.bounded(normalInterval(mean, error, confidence), 'normal') : undefined;
  }

  /**
   * Interval where all clusters say the same, so that nothing shows how far others would lie from them:
   * Wilson's over clusters for all right or all wrong, else none.
   */
  private withoutSpread(clusters: number): MetricInterval | undefined {
    const mean = (this.sums[0] ?? 0) / this.count;
    if (this.metric.isProportion !== true || (mean !== 0 && mean !== 1)) return undefined;
    return this.bounded(
      wilsonInterval(mean * clusters, clusters, this.options.confidence),
      'wilson',
    );
  }

  private bounded([low, high]: readonly [number, number], method: string): MetricInterval {
    return {
      low: Math.max(low, this.metric.minimum ?? 0),
      high: Math.min(high, 1),
      confidence: this.options.confidence,
      method,
    };
  }

  /** Percentile bootstrap of the figure itself, over whole clusters. */
  private bootstrap(): MetricInterval | undefined {
    const { confidence, resamples, seed } = this.options;
    const groups = groupByCluster(this.kept);
    if (groups.length < 2) return this.hasClusters ? undefined : this.withoutSpread(1);
    const random = bootstrapRandom('interval', seed);
    const figures = Float64Array.from({ length: resamples }, () => {
      const drawn = Array.from({ length: groups.length }, () => random.choice(groups));
      if (this.metric.finishAll !== undefined)
        return this.metric.finishAll(drawn.flatMap(({ rows }) => rows)).value;
      const count = drawn.reduce((sum, group) => sum + group.rows.length, 0);
      return this.metric.finish(addStatistics(drawn.map(({ sums }) => sums)), count).value;
    })
      .filter((value) => !Number.isNaN(value))
      .sort();
    const [low, high] = percentiles(figures, confidence);
    if (high - low > ROUNDING) return { low, high, confidence, method: 'bootstrap' };
    return this.withoutSpread(groups.length);
  }
}

/** Differences of sums of the same numbers in another order. */
const ROUNDING = 1e-12;

/** Random numbers of a bootstrap. Seed 0 draws as the tables of sweeps always did. */
export function bootstrapRandom(purpose: 'interval' | 'delta', seed: number): Random {
  return new Random(seed === 0 ? `report/${purpose}` : `report/${purpose}/${seed}`);
}

/** Statistics of samples put together by cluster; a sample without one stands alone. */
function groupByCluster(
  kept: readonly ClusteredStatistics[],
): { rows: (readonly number[])[]; sums: number[] }[] {
  const groups = new Map<string | number, (readonly number[])[]>();
  kept.forEach(({ statistics, cluster }, row) => {
    const known = groups.get(cluster ?? row);
    if (known === undefined) groups.set(cluster ?? row, [statistics]);
    else known.push(statistics);
  });
  return [...groups.values()].map((rows) => ({ rows, sums: addStatistics(rows) }));
}
