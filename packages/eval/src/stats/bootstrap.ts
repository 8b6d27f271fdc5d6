import type { Random } from '@omnict/core';

/** A mean and the interval that holds it with the asked confidence. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
  /** Values it is the mean of. */
  count: number;
}

/** How intervals are drawn. */
export interface BootstrapOptions {
  random: Random;
  /** Default 2000. */
  resamples?: number;
  /** Default 0.95. */
  confidence?: number;
  /**
   * Cluster of each value: questions about one patient are not independent, so whole patients are
   * drawn. Without it each value is its own cluster.
   */
  clusters?: readonly string[];
}

/** Percentile bootstrap of a mean, over clusters. NaN when there are no values. */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions): Interval {
  const mean = average(values);
  const means = resampledMeans(values, options);
  const [low, high] = percentiles(means, options.confidence ?? 0.95);
  return { mean, low, high, count: values.length };
}

/** A difference of two means over the same samples. */
export interface PairedDelta extends Interval {
  /** Two-sided: how often a difference this large arises when there is none. */
  pValue: number;
}

/**
 * Difference of means of two systems on the same samples, `a - b`, with a bootstrap over pairs. The
 * p-value centres the resampled differences at 0 and asks how many are as extreme.
 */
export function pairedDelta(
  a: readonly number[],
  b: readonly number[],
  options: BootstrapOptions,
): PairedDelta {
  const differences = a.map((value, index) => value - (b[index] as number));
  const interval = bootstrapInterval(differences, options);
  const centred = differences.map((value) => value - interval.mean);
  const extreme = resampledMeans(centred, options).filter(
    (mean) => Math.abs(mean) >= Math.abs(interval.mean) - 1e-12,
  ).length;
  const resamples = options.resamples ?? 2000;
  return { ...interval, pValue: (extreme + 1) / (resamples + 1) };
}

/** Standard error of a mean: sample standard deviation over the square root of n. */
export function standardError(values: readonly number[]): number {
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function resampledMeans(values: readonly number[], options: BootstrapOptions): Float64Array {
  const { random, resamples = 2000, clusters } = options;
  const sums = new Map<string, { sum: number; count: number }>();
  values.forEach((value, index) => {
    const name = clusters?.[index] ?? String(index);
    const cluster = sums.get(name) ?? { sum: 0, count: 0 };
    sums.set(name, { sum: cluster.sum + value, count: cluster.count + 1 });
  });
  const groups = [...sums.values()];
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < groups.length; draw++) {
      const group = random.choice(groups);
      sum += group.sum;
      count += group.count;
    }
    return sum / count;
  }).sort();
}

/** Values below which a tail of either side lies; linear between neighbours. */
export function percentiles(sorted: Float64Array, confidence: number): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? NaN;
    const above = sorted[Math.ceil(position)] ?? NaN;
    return below + (position - Math.floor(position)) * (above - below);
  };
  return [at(tail), at(1 - tail)];
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
