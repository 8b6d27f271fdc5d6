import { Random } from '@omnict/nn';
import type { SampleScore } from './table-input';

/** A mean and its confidence interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** How intervals are made. */
export interface IntervalOptions {
  confidence: number;
  resamples: number;
}

type SamplesBySeed = ReadonlyMap<number, readonly SampleScore[]>;

/** Mean over questions and seeds; the interval is over questions, seeds being averaged first. */
export function meanWithInterval(samples: SamplesBySeed, options: IntervalOptions): Estimate {
  const scores = new Map<string, QuestionScores>();
  for (const seedSamples of samples.values()) {
    for (const sample of seedSamples) addScore(scores, sample, sample.score);
  }
  return estimate([...scores.values()], options);
}

/**
 * Mean of the differences between two rows, over the questions and seeds that both have.
 * @returns null when they share none
 */
export function pairedDifference(
  samples: SamplesBySeed,
  baseline: SamplesBySeed,
  options: IntervalOptions,
): Estimate | null {
  const differences = new Map<string, QuestionScores>();
  const shared = [...samples.keys()].filter((seed) => baseline.has(seed));
  // A row without seeds of the baseline's (a majority answer needs none) meets each of them.
  const pairs =
    shared.length > 0
      ? shared.map((seed) => [seed, seed] as const)
      : [...samples.keys()].flatMap((own) =>
          [...baseline.keys()].map((other) => [own, other] as const),
        );
  for (const [ownSeed, baselineSeed] of pairs) {
    const reference = new Map(baseline.get(baselineSeed)?.map(({ id, score }) => [id, score]));
    for (const sample of samples.get(ownSeed) ?? []) {
      const other = reference.get(sample.id);
      if (other !== undefined) addScore(differences, sample, sample.score - other);
    }
  }
  return differences.size === 0 ? null : estimate([...differences.values()], options);
}

interface QuestionScores {
  cluster: string;
  scores: number[];
}

function addScore(
  scores: Map<string, QuestionScores>,
  { id, cluster = id }: SampleScore,
  value: number,
): void {
  const known = scores.get(id);
  if (known === undefined) scores.set(id, { cluster, scores: [value] });
  else known.scores.push(value);
}

/** Percentile bootstrap over clusters, on the mean over questions. */
function estimate(
  questions: readonly QuestionScores[],
  { confidence, resamples }: IntervalOptions,
): Estimate {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { cluster, scores } of questions) {
    const total = sums.get(cluster) ?? { sum: 0, count: 0 };
    total.sum += scores.reduce((sum, score) => sum + score, 0) / scores.length;
    total.count++;
    sums.set(cluster, total);
  }
  const clusters = [...sums.values()];
  const all = clusters.reduce((sum, cluster) => sum + cluster.sum, 0) / questions.length;
  const random = new Random('report/bootstrap');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < clusters.length; i++) {
      const drawn = random.choice(clusters);
      sum += drawn.sum;
      count += drawn.count;
    }
    return sum / count;
  }).sort();
  const tail = (1 - confidence) / 2;
  return { value: all, low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** Linear interpolation between order statistics (Hyndman and Fan, type 7). */
function quantile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
