import { Random } from '@omnict/core';
import { percentiles } from '../stats/bootstrap';
import {
  clusteredStandardError,
  type MeanSums,
  normalInterval,
  standardErrorOfMean,
  wilsonInterval,
} from '../stats/closed-form';
import type { SampleMetric } from './sample-metric';

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

/** Where a figure lies with the asked confidence. */
export interface MetricInterval {
  low: number;
  high: number;
  confidence: number;
  /** `wilson`, `normal`, `clustered` or `bootstrap`; the latter over clusters when there are some. */
  method: string;
}

/** One figure of a report; metrics add parts of their own, for instance precision and recall. */
export interface MetricReport {
  value: number;
  /** The value in percent, as the paper prints it. */
  percent: number;
  /** Rows the metric applied to. */
  count: number;
  interval?: MetricInterval;
  [part: string]: number | string | MetricInterval | undefined;
}

/**
 * Collects the statistics of one metric over rows: running sums, so that memory does not grow with the
 * file; single rows only for the bootstrap and for metrics that need all of them.
 */
export class Accumulator {
  private readonly sums: number[] = [];
  private count = 0;
  private sumOfSquares = 0;
  private readonly clusters = new Map<string, MeanSums>();
  private hasClusters = false;
  private readonly kept: { statistics: readonly number[]; cluster: string | undefined }[] = [];

  constructor(
    private readonly metric: SampleMetric,
    private readonly options: IntervalOptions,
  ) {}

  /** Adds a row. */
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

  /** The figure and its interval; null when the metric applied to no row. */
  report(): MetricReport | null {
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
    const { method, confidence } = this.options;
    if (method === 'none') return undefined;
    if (method === 'bootstrap') return this.bootstrap();
    if (this.metric.aggregation === 'corpus') return undefined;
    const own = { count: this.count, sum: this.sums[0] ?? 0, sumOfSquares: this.sumOfSquares };
    const mean = own.sum / own.count;
    if (this.hasClusters) {
      if (this.clusters.size < 2) return undefined;
      const error = clusteredStandardError(this.clusters.values());
      return this.bounded(normalInterval(mean, error, confidence), 'clustered');
    }
    if (this.metric.isProportion === true)
      return this.bounded(wilsonInterval(own.sum, own.count, confidence), 'wilson');
    if (own.count < 2) return undefined;
    return this.bounded(normalInterval(mean, standardErrorOfMean(own), confidence), 'normal');
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
  private bootstrap(): MetricInterval {
    const { confidence, resamples, seed } = this.options;
    const random = new Random(`score/${seed}`);
    const groups = groupByCluster(this.kept);
    const figures = Float64Array.from({ length: resamples }, () => {
      const drawn = Array.from({ length: groups.length }, () => random.choice(groups));
      if (this.metric.finishAll !== undefined)
        return this.metric.finishAll(drawn.flatMap(({ rows }) => rows)).value;
      const sums = new Array<number>(this.sums.length).fill(0);
      let count = 0;
      for (const group of drawn) {
        for (let index = 0; index < sums.length; index++)
          sums[index] = (sums[index] as number) + (group.sums[index] as number);
        count += group.rows.length;
      }
      return this.metric.finish(sums, count).value;
    })
      .filter((value) => !Number.isNaN(value))
      .sort();
    const [low, high] = percentiles(figures, confidence);
    return { low, high, confidence, method: 'bootstrap' };
  }
}

function groupByCluster(
  kept: readonly { statistics: readonly number[]; cluster: string | undefined }[],
): { rows: (readonly number[])[]; sums: number[] }[] {
  const groups = new Map<string | number, { rows: (readonly number[])[]; sums: number[] }>();
  kept.forEach(({ statistics, cluster }, row) => {
    const key = cluster ?? row;
    const group = groups.get(key) ?? { rows: [], sums: statistics.map(() => 0) };
    group.rows.push(statistics);
    statistics.forEach((number, index) => {
      group.sums[index] = (group.sums[index] ?? 0) + number;
    });
    groups.set(key, group);
  });
  return [...groups.values()];
}
