import { Random } from '@omnict/core';
import type { TrainStageConfig } from '@omnict/train';
import type { DatasetRecord } from './dataset';

/**
 * Says which records a training stage learns from. Whether one is drawn depends on the seed and its id
 * alone, so that a larger share holds all of a smaller one.
 */
export function stageRecords(
  { taskTypes, modalities, share = 1 }: NonNullable<TrainStageConfig['records']> = {},
  seed: number,
): (record: Pick<DatasetRecord, 'id' | 'taskType' | 'modality'>) => boolean {
  return ({ id, taskType, modality }) =>
    (taskTypes?.includes(taskType) ?? true) &&
    (modalities?.includes(modality) ?? true) &&
    (share === 1 || new Random(`records/${seed}/${id}`).uniform() < share);
}
