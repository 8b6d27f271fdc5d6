import { ConfigError, Random } from '@omnict/core';
import type { TrainStageConfig } from '@omnict/train';
import { type DatasetRecord, placedDatasetRecords } from './dataset';

/** What a stage does with a record. */
export type RecordUse = 'training' | 'validation' | undefined;

/**
 * Says which records a stage learns from and which are set aside for the loss during training: the
 * dataset's own validation split where it has one; else a share of the training patients, so that no
 * patient is on both sides.
 *
 * @param dataset outputs of the dataset stage
 * @throws ConfigError when too few patients are there to set one aside
 */
export async function recordUses(
  dataset: string,
  config: TrainStageConfig['validation'],
  seed: number,
): Promise<(record: DatasetRecord) => RecordUse> {
  if (config === undefined) return ({ split }) => (split === 'train' ? 'training' : undefined);
  const patients = new Set<string | undefined>();
  for await (const { record } of placedDatasetRecords(dataset)) {
    if (record.split === 'validation') {
      return ({ split }) =>
        split === 'train' ? 'training' : split === 'validation' ? 'validation' : undefined;
    }
    if (record.split === 'train') patients.add(record.patient);
  }
  const count = Math.max(1, Math.round(config.share * patients.size));
  if (count >= patients.size) {
    throw new ConfigError(
      `train.validation: ${count} of ${patients.size} training patients are to be set aside; expected some to be left; lower share or add patients`,
    );
  }
  const shuffled = new Random(`validation/${seed}`).shuffle([...patients]);
  const aside = new Set(shuffled.slice(0, count));
  return ({ split, patient }) => {
    if (split !== 'train') return undefined;
    return aside.has(patient) ? 'validation' : 'training';
  };
}
