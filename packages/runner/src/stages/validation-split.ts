import { ConfigError, Random } from '@omnict/core';
import type { TrainStageConfig } from '@omnict/train';
import type { DatasetRecord } from './dataset';

/** Records to learn from, and those set aside for the loss during training. */
export interface SplitRecords {
  training: DatasetRecord[];
  validation: DatasetRecord[];
}

/**
 * The dataset's own validation split where it has one; else a share of the training patients, so that
 * no patient is on both sides.
 *
 * @throws ConfigError when too few patients are there to set one aside
 */
export function splitRecords(
  records: readonly DatasetRecord[],
  config: TrainStageConfig['validation'],
  seed: number,
): SplitRecords {
  const training = records.filter(({ split }) => split === 'train');
  if (config === undefined) return { training, validation: [] };
  const own = records.filter(({ split }) => split === 'validation');
  if (own.length > 0) return { training, validation: own };
  const patients = [...new Set(training.map(({ patient }) => patient))];
  const count = Math.max(1, Math.round(config.share * patients.length));
  if (count >= patients.length) {
    throw new ConfigError(
      `train.validation: ${count} of ${patients.length} training patients are to be set aside; expected some to be left; lower share or add patients`,
    );
  }
  const aside = new Set(new Random(`validation/${seed}`).shuffle(patients).slice(0, count));
  return {
    training: training.filter(({ patient }) => !aside.has(patient)),
    validation: training.filter(({ patient }) => aside.has(patient)),
  };
}
