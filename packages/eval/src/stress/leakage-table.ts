import type { Modality } from '@omnict/core';
import { CONDITION_TITLES, type Condition } from './conditions';

/** One answered closed question under one condition. */
export interface LeakageSample {
  condition: Condition;
  modality: Modality;
  organ: string;
  isCorrect: boolean;
}

/** Accuracy in percent by organ, for each modality and condition: the paper's Table 14. */
export interface LeakageTable {
  columns: readonly string[];
  /** Null where an organ has no question. */
  rows: readonly { organ: string; cells: readonly (number | null)[] }[];
}

const MODALITY_TITLES: readonly (readonly [Modality, string])[] = [
  ['slice', '2D'],
  ['volume', '3D'],
];

/**
 * Accuracy by organ under each condition, slices first, then volumes, and over all organs in the last row.
 *
 * @param organs rows in their order; default: as they occur
 */
export function leakageTable(
  samples: readonly LeakageSample[],
  organs: readonly string[] = [...new Set(samples.map(({ organ }) => organ))],
): LeakageTable {
  const conditions = [...new Set(samples.map(({ condition }) => condition))];
  const columns = MODALITY_TITLES.filter(([modality]) =>
    samples.some((sample) => sample.modality === modality),
  ).flatMap(([modality, title]) =>
    conditions.map((condition) => ({
      title: `${title} ${CONDITION_TITLES[condition]}`,
      own: samples.filter(
        (sample) => sample.modality === modality && sample.condition === condition,
      ),
    })),
  );
  const row = (organ: string, includes: (sample: LeakageSample) => boolean) => ({
    organ,
    cells: columns.map(({ own }) => accuracy(own.filter(includes))),
  });
  const present = organs.filter((organ) => samples.some((sample) => sample.organ === organ));
  return {
    columns: columns.map(({ title }) => title),
    rows: [
      ...present.map((organ) => row(organ, (sample) => sample.organ === organ)),
      row('Average', () => true),
    ],
  };
}

function accuracy(samples: readonly LeakageSample[]): number | null {
  if (samples.length === 0) return null;
  return (100 * samples.filter(({ isCorrect }) => isCorrect).length) / samples.length;
}
