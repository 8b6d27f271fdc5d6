import type { DatasetInput } from '@omnict/core';
import type { StageTask } from '@omnict/pipeline';
import type { DatasetRecord } from '../stages/dataset';

/** Describes the data of a sweep as trackers take it: digest, and how many of what they hold. */
export function datasetInput(task: StageTask, records: readonly DatasetRecord[]): DatasetInput {
  const { dataset } = task.section as { dataset: string };
  const count = (field: (record: DatasetRecord) => string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const record of records) counts[field(record)] = (counts[field(record)] ?? 0) + 1;
    return counts;
  };
  return {
    name: dataset,
    digest: task.key,
    sourceType: 'local',
    source: { stage: 'dataset', key: task.key },
    profile: {
      questions: records.length,
      images: new Set(records.map(({ imageKey }) => imageKey)).size,
      splits: count(({ split }) => split ?? 'none'),
      modalities: count(({ modality }) => modality),
      tasks: count(({ taskType }) => taskType),
    },
  };
}
