import {
  bootstrapInterval,
  type Interval,
  pairedDelta,
  type PairedDelta,
  type SampleScore,
} from '@omnict/eval';
import { Random } from '@omnict/core';

/** How intervals are drawn. */
export interface IntervalOptions {
  confidence: number;
  resamples: number;
}

/** Sample scores of one row and column, by seed. */
export type SamplesBySeed = ReadonlyMap<number, readonly SampleScore[]>;

/** Mean over questions and seeds; the interval is over questions, their seeds averaged first. */
export function meanWithInterval(samples: SamplesBySeed, options: IntervalOptions): Interval {
  const questions = [...meanOverSeeds(samples).values()];
  return bootstrapInterval(
    questions.map(({ score }) => score),
    {
      ...options,
      random: new Random('report/interval'),
      clusters: questions.map(({ cluster }) => cluster),
    },
  );
}

/**
 * Difference between two rows, on the seeds and questions that both have; rows without a common
 * seed (the majority baseline has none of its own) are compared by their means over seeds.
 *
 * @returns null when they share no question
 */
export function pairedDifference(
  samples: SamplesBySeed,
  baseline: SamplesBySeed,
  options: IntervalOptions,
): PairedDelta | null {
  const shared = [...samples.keys()].filter((seed) => baseline.has(seed));
  const own = meanOverSeeds(shared.length > 0 ? pick(samples, shared) : samples);
  const other = meanOverSeeds(shared.length > 0 ? pick(baseline, shared) : baseline);
  const ids = [...own.keys()].filter((id) => other.has(id));
  if (ids.length === 0) return null;
  const scores = (source: ReadonlyMap<string, MeanScore>): number[] =>
    ids.map((id) => source.get(id)?.score ?? Number.NaN);
  return pairedDelta(scores(own), scores(other), {
    ...options,
    random: new Random('report/delta'),
    clusters: ids.map((id) => own.get(id)?.cluster ?? id),
  });
}

interface MeanScore {
  score: number;
  cluster: string;
}

function meanOverSeeds(samples: SamplesBySeed): Map<string, MeanScore> {
  const sums = new Map<string, { sum: number; count: number; cluster: string }>();
  for (const { id, cluster, score } of [...samples.values()].flat()) {
    const known = sums.get(id) ?? { sum: 0, count: 0, cluster };
    sums.set(id, { sum: known.sum + score, count: known.count + 1, cluster });
  }
  return new Map(
    [...sums].map(([id, { sum, count, cluster }]) => [id, { score: sum / count, cluster }]),
  );
}

function pick(samples: SamplesBySeed, seeds: readonly number[]): SamplesBySeed {
  return new Map([...samples].filter(([seed]) => seeds.includes(seed)));
}
