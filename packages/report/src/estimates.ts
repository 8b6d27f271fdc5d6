import {
  type Difference,
  type Figure,
  type IntervalOptions,
  type NamedMetric,
  pairedDifference,
  type RepeatedSample,
  reduceRepeats,
  reduceScores,
  type SampleStatistics,
  type ScoredSet,
} from '@omnict/eval';

/** Scored sets of one row, by seed. */
export type SetsBySeed = ReadonlyMap<number, ScoredSet>;

/** One metric on the questions of one modality, or on some of them. */
export interface Measure {
  modality: string;
  named: NamedMetric;
  /** Which of the modality's questions count. Default: all. */
  keeps?: (sample: SampleStatistics) => boolean;
}

/**
 * Computes the figure of one row. With one seed and all questions of a modality it is the figure that was
 * scored, its interval with it; with several the scores of each question are averaged over seeds first, and the interval is over questions.
 *
 * @returns null when no question belongs to the column
 */
export function rowFigure(
  sets: SetsBySeed,
  measure: Measure,
  options: IntervalOptions,
): Figure | null {
  const { modality, named, keeps } = measure;
  const [first, ...others] = sets.values();
  if (keeps === undefined && first !== undefined && others.length === 0)
    return first.figures.groups['modality']?.[modality]?.metrics[named.asked] ?? null;
  return reduceScores(named.metric, meanOverSeeds(sets, measure), options);
}

/**
 * Difference between two rows, on the seeds and questions that both have; rows without a common
 * seed (the majority baseline has none of its own) are compared by their means over seeds.
 *
 * @returns null when they share no question
 */
export function rowDifference(
  sets: SetsBySeed,
  baseline: SetsBySeed,
  { measure, options }: { measure: Measure; options: IntervalOptions },
): Difference | null {
  const shared = [...sets.keys()].filter((seed) => baseline.has(seed));
  const pick = (source: SetsBySeed): SetsBySeed =>
    shared.length === 0 ? source : new Map([...source].filter(([seed]) => shared.includes(seed)));
  const own = meanOverSeeds(pick(sets), measure);
  const other = new Map(
    meanOverSeeds(pick(baseline), measure).map((sample) => [sample.id, sample.statistics]),
  );
  const pairs = own.flatMap(({ id, cluster = id, statistics }) => {
    const theirs = other.get(id);
    return theirs === undefined ? [] : [{ cluster, a: theirs, b: statistics }];
  });
  return pairs.length === 0 ? null : pairedDifference(measure.named.metric, pairs, options);
}

/** Scores of one metric, each question's averaged over seeds. */
function meanOverSeeds(
  sets: SetsBySeed,
  { modality, named: { asked }, keeps = () => true }: Measure,
): RepeatedSample[] {
  const scores = [...sets.values()].flatMap(({ samples }) =>
    samples.flatMap((sample): RepeatedSample[] => {
      const { id, cluster = id, statistics } = sample;
      const score =
        sample.modality === modality && keeps(sample) ? (statistics[asked] ?? null) : null;
      return score === null ? [] : [{ id, cluster, statistics: score }];
    }),
  );
  return reduceRepeats(scores, 'mean');
}
