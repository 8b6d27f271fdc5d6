import type { Modality } from '@omnict/core';
import { type NamedMetric, reduceRepeats, reduceScores, type SampleStatistics } from '@omnict/eval';
import { MODALITIES } from './ablation-table';
import type { QuestionFields } from './forest';
import { rowTitle } from './row-title';
import type { TableRowInput } from './table-input';

/** Fields of a question that accuracy is shown by. */
const GROUP_FIELDS = ['organ', 'category', 'taskType', 'skill'] as const;

/** What questions are parted by. */
export type GroupField = (typeof GROUP_FIELDS)[number];

/** Accuracy of each row on each group of questions of one modality: plain data, ready for JSON. */
export interface GroupScores {
  by: GroupField;
  modality: Modality;
  /** Name of the metric, as the field writes it. */
  metric: string;
  groups: readonly { label: string; samples: number }[];
  /** A value in [0, 1] by group; null where the row has no such question. */
  rows: readonly { title: string; values: readonly (number | null)[] }[];
}

/**
 * Scores the closed questions of a sweep by organ, clinical category, task and skill, mean over seeds.
 *
 * @param fields of the test questions, by their ids
 * @returns nothing for a field with fewer than two groups
 */
export function groupScores(
  rows: readonly TableRowInput[],
  metrics: readonly NamedMetric[],
  fields: QuestionFields,
): GroupScores[] {
  const named = metrics.find(({ metric }) => metric.name === 'accuracy');
  if (named === undefined) return [];
  return GROUP_FIELDS.flatMap((by) =>
    MODALITIES.flatMap((modality): GroupScores[] => {
      const found = rows.map(({ seeds }) => {
        const groups = new Map<string, { id: string; statistics: readonly number[] }[]>();
        for (const { samples } of seeds.values()) {
          for (const sample of samples) {
            const statistics = sample.statistics[named.asked] ?? null;
            const group = groupOf(sample, by, fields);
            if (sample.modality !== modality || statistics === null || group === undefined)
              continue;
            groups.set(group, [...(groups.get(group) ?? []), { id: sample.id, statistics }]);
          }
        }
        return groups;
      });
      const labels = [...new Set(found.flatMap((groups) => [...groups.keys()]))].sort();
      if (labels.length < 2) return [];
      const idsOf = (label: string): number =>
        Math.max(...found.map((groups) => new Set(groups.get(label)?.map(({ id }) => id)).size));
      return [
        {
          by,
          modality,
          metric: named.title,
          groups: labels.map((label) => ({ label, samples: idsOf(label) })),
          rows: rows.map((row, index) => ({
            title: rowTitle(row),
            values: labels.map((label) => meanOf(named, found[index]?.get(label) ?? [])),
          })),
        },
      ];
    }),
  );
}

function groupOf(
  sample: SampleStatistics,
  by: GroupField,
  fields: QuestionFields,
): string | undefined {
  return by === 'skill' ? sample.skill : fields.get(sample.id)?.[by];
}

function meanOf(
  { metric }: NamedMetric,
  scores: readonly { id: string; statistics: readonly number[] }[],
): number | null {
  if (scores.length === 0) return null;
  const repeated = scores.map(({ id, statistics }) => ({ id, cluster: id, statistics }));
  const interval = { method: 'closed-form', confidence: 0.95, resamples: 1, seed: 0 } as const;
  return reduceScores(metric, reduceRepeats(repeated, 'mean'), interval)?.value ?? null;
}
