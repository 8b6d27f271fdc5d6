import type { ClusteredStatistics } from './reducer';

/** One of several scores of the same sample: by another seed, or in another rotation of its options. */
export interface RepeatedSample extends ClusteredStatistics {
  id: string;
}

/** How repeated scores of a sample become one. */
export type RepeatReduction = 'mean' | 'min';

/**
 * Reduces repeated scores of each sample to one, number by number, so that a sample counts once however
 * often it was asked.
 *
 * @returns samples in the order of their first score
 */
export function reduceRepeats(
  samples: Iterable<RepeatedSample>,
  reduction: RepeatReduction,
): RepeatedSample[] {
  const known = new Map<string, { first: RepeatedSample; rows: (readonly number[])[] }>();
  for (const sample of samples) {
    const repeats = known.get(sample.id);
    if (repeats === undefined) known.set(sample.id, { first: sample, rows: [sample.statistics] });
    else repeats.rows.push(sample.statistics);
  }
  return [...known.values()].map(({ first, rows }) => ({
    ...first,
    statistics: first.statistics.map((_, index) => {
      const numbers = rows.map((row) => row[index] as number);
      return reduction === 'min'
        ? Math.min(...numbers)
        : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    }),
  }));
}
