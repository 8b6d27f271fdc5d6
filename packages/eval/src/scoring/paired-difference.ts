import { percentiles } from '../stats/percentiles';
import { addStatistics, figuresOf, type Metric } from './metric';
import { bootstrapRandom } from './reducer';

/** Scores of two systems on the same sample. */
export interface PairedScores {
  /** Samples of one patient or volume share it. */
  cluster: string;
  a: readonly number[];
  b: readonly number[];
}

/** Two figures of the same metric on the same samples. */
export interface Difference {
  /** Samples that both have and the metric applies to. */
  count: number;
  a: number;
  b: number;
  /** `b - a`. */
  delta: number;
  /** Its paired bootstrap interval over samples or clusters; null where they cannot say. */
  low: number | null;
  high: number | null;
  /** Two-sided; null where the samples cannot say. */
  pValue: number | null;
  /** `randomization`: exact, over all ways to swap the two systems in a cluster; else `bootstrap`. */
  test: 'randomization' | 'bootstrap' | 'none';
}

/** How a difference is tested. */
export interface DifferenceOptions {
  confidence: number;
  resamples: number;
  seed: number;
}

/** Clusters up to which all swaps are tried: 4096 of them. */
const EXACT_CLUSTERS = 12;

/** Differences of sums of the same numbers in another order. */
const ROUNDING = 1e-12;

/**
 * Tests the difference of two systems on the same samples, `b - a`. A bootstrap draws whole clusters of
 * pairs; with few clusters the p-value is that of the exact randomization test, since resamples of so few
 * say little. One cluster says nothing: it has neither interval nor p-value.
 *
 * @see Edgington and Onghena (2007), Randomization Tests
 */
export function pairedDifference(
  metric: Metric,
  pairs: readonly PairedScores[],
  options: DifferenceOptions,
): Difference {
  const [a, b] = [
    figuresOf(
      metric,
      pairs.map((pair) => pair.a),
    ).value,
    figuresOf(
      metric,
      pairs.map((pair) => pair.b),
    ).value,
  ];
  const own = { count: pairs.length, a, b, delta: b - a };
  const clusters = sumByCluster(pairs);
  if (clusters.length < 2) return { ...own, low: null, high: null, pValue: null, test: 'none' };
  const deltas = bootstrapDeltas(metric, clusters, options);
  const [low, high] = percentiles(deltas, options.confidence);
  const isConstant = !(high - low > ROUNDING);
  const isExact = clusters.length <= EXACT_CLUSTERS;
  return {
    ...own,
    ...(isConstant ? { low: null, high: null } : { low, high }),
    pValue: isExact
      ? randomizationPValue(metric, clusters, own.delta)
      : bootstrapPValue(deltas, own.delta),
    test: isExact ? 'randomization' : 'bootstrap',
  };
}

/** Samples of one cluster: their sums, and themselves for metrics that need all. */
interface Cluster {
  count: number;
  sums: { a: number[]; b: number[] };
  rows: readonly PairedScores[];
}

function sumByCluster(pairs: readonly PairedScores[]): Cluster[] {
  const groups = new Map<string, PairedScores[]>();
  for (const pair of pairs) {
    const known = groups.get(pair.cluster);
    if (known === undefined) groups.set(pair.cluster, [pair]);
    else known.push(pair);
  }
  return [...groups.values()].map((rows) => ({
    count: rows.length,
    sums: {
      a: addStatistics(rows.map(({ a }) => a)),
      b: addStatistics(rows.map(({ b }) => b)),
    },
    rows,
  }));
}

function bootstrapDeltas(
  metric: Metric,
  clusters: readonly Cluster[],
  { resamples, seed }: DifferenceOptions,
): Float64Array {
  const random = bootstrapRandom('delta', seed);
  return Float64Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: clusters.length }, () => random.choice(clusters));
    return figureOf(metric, drawn, () => 'b') - figureOf(metric, drawn, () => 'a');
  })
    .filter((value) => !Number.isNaN(value))
    .sort();
}

/** Under no difference the resampled deltas lie around 0 as they now lie around delta. */
function bootstrapPValue(deltas: Float64Array, delta: number): number {
  const extreme = deltas.filter(
    (value) => Math.abs(value - delta) >= Math.abs(delta) - ROUNDING,
  ).length;
  return (extreme + 1) / (deltas.length + 1);
}

/** Share of all ways to swap the systems in some clusters that give a difference as large. */
function randomizationPValue(metric: Metric, clusters: readonly Cluster[], delta: number): number {
  const swaps = 2 ** clusters.length;
  let extreme = 0;
  for (let swap = 0; swap < swaps; swap++) {
    const sideOf = (own: 'a' | 'b') => (cluster: number) =>
      ((swap >> cluster) & 1) === 0 ? own : own === 'a' ? 'b' : 'a';
    const swapped =
      figureOf(metric, clusters, sideOf('b')) - figureOf(metric, clusters, sideOf('a'));
    if (Math.abs(swapped) >= Math.abs(delta) - ROUNDING) extreme++;
  }
  return extreme / swaps;
}

function figureOf(
  metric: Metric,
  clusters: readonly Cluster[],
  sideOf: (cluster: number) => 'a' | 'b',
): number {
  if (metric.finishAll !== undefined)
    return metric.finishAll(
      clusters.flatMap(({ rows }, index) => rows.map((row) => row[sideOf(index)])),
    ).value;
  const count = clusters.reduce((sum, cluster) => sum + cluster.count, 0);
  return metric.finish(addStatistics(clusters.map(({ sums }, index) => sums[sideOf(index)])), count)
    .value;
}
