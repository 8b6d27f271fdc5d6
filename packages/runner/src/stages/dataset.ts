import { generatePhantomCT, generatePhantomCT2, PHANTOM_CT_2, RECORDS_FILE } from '@omnict/phantom';
import { placedRecords, readRecords, type RecordPlace } from '@omnict/data';
import { ConfigError, type QuestionRecord } from '@omnict/core';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { TrialConfig } from '../spec/trial-config';
import type { NoInputs, OmnictStage } from './omnict-stage';

/** The dataset that needs no files. */
const PHANTOM_CT = 'phantom-ct';

/** Images of PhantomCT 2 where a spec has no section for it. */
const PHANTOM_2_COUNTS = {
  train: { slices: 400, volumes: 160 },
  test: { slices: 150, volumes: 60 },
} as const;

/** Says where the records lie: in the outputs for PhantomCT, else where the user has them. */
const LOCATION_FILE = 'dataset.json';

/** What a dataset depends on: its name with the size of that phantom, or a records file. */
type DatasetSection = Pick<TrialConfig['data'], 'dataset'> &
  Partial<Pick<TrialConfig['data'], 'phantom' | 'phantom2'>>;

/** Makes PhantomCT, or checks and points at a records file. */
export const datasetStage: OmnictStage<DatasetSection, NoInputs> = {
  name: 'dataset',
  version: 2,
  needs: () => ({}),
  usesEngine: false,
  usesSeed: false, // PhantomCT has a seed of its own, so that trials with other seeds see equal data
  select: ({ data: { dataset, phantom, phantom2 } }) => {
    if (dataset === PHANTOM_CT) return { dataset, phantom };
    return dataset === PHANTOM_CT_2 ? { dataset, phantom2 } : { dataset: resolve(dataset) };
  },
  files: ({ dataset }) => (dataset === PHANTOM_CT || dataset === PHANTOM_CT_2 ? [] : [dataset]),
  run: async ({ section, outputs, progress, signal, log }) => {
    const { dataset, phantom, phantom2 } = section;
    if (dataset === PHANTOM_CT_2) {
      const config = phantom2 ?? PHANTOM_2_COUNTS;
      const options = { folder: outputs, config, onProgress: progress, signal };
      const { images, questions } = await generatePhantomCT2(options);
      log(`${questions} questions about ${images} images`);
      await writeFile(join(outputs, LOCATION_FILE), JSON.stringify({ records: RECORDS_FILE }));
      return;
    }
    if (phantom === undefined) {
      let count = 0;
      for await (const record of readRecords(dataset)) count += record.id.length > 0 ? 1 : 0;
      log(`${count} records in ${dataset}`);
      await writeFile(join(outputs, LOCATION_FILE), JSON.stringify({ records: dataset }));
      return;
    }
    const { seed, train, test, questionsPerVolume, questionsPerSlice } = phantom;
    const records = await generatePhantomCT({
      seed,
      folder: outputs,
      splits: { train, validation: { slices: 0, volumes: 0 }, test },
      questionsPerVolume,
      questionsPerSlice,
      onProgress: progress,
      signal,
    });
    log(`${records.length} questions`);
    await writeFile(join(outputs, LOCATION_FILE), JSON.stringify({ records: RECORDS_FILE }));
  },
};

/** A record whose files can be opened. */
export interface DatasetRecord extends QuestionRecord {
  /** Short opaque name of image and mask: a hash, since file names may name patients. */
  imageKey: string;
}

/** Records of a dataset stage's outputs; image and mask paths made absolute. */
export async function datasetRecords(outputs: string): Promise<DatasetRecord[]> {
  const result: DatasetRecord[] = [];
  for await (const { record } of placedDatasetRecords(outputs)) result.push(record);
  return result;
}

/**
 * Reads the records one by one, each with its place in the records file.
 *
 * @throws ConfigError when there is none
 */
export async function* placedDatasetRecords(
  outputs: string,
): AsyncGenerator<{ record: DatasetRecord; place: RecordPlace }> {
  const path = await recordsPath(outputs);
  let isEmpty = true;
  for await (const { record, place } of placedRecords(path)) {
    isEmpty = false;
    yield { record: openableRecord(record, dirname(path)), place };
  }
  if (!isEmpty) return;
  throw new ConfigError(
    `${path}: has no records; expected at least one question; check data.dataset`,
  );
}

/** Names a record's image and makes its paths absolute. @param folder that they are relative to */
export function openableRecord(record: QuestionRecord, folder: string): DatasetRecord {
  const { image, mask } = record;
  return {
    ...record,
    imageKey: imageKey(record),
    image: resolve(folder, image),
    ...(mask === undefined ? {} : { mask: resolve(folder, mask) }),
  };
}

/** Path of the records file that a dataset stage made or points at. */
export async function recordsPath(outputs: string): Promise<string> {
  const { records } = JSON.parse(await readFile(join(outputs, LOCATION_FILE), 'utf8')) as {
    records: string;
  };
  return isAbsolute(records) ? records : join(outputs, records);
}

/** Made of the paths as the records have them, so that a cache may be moved. */
function imageKey({ image, mask, modality }: QuestionRecord): string {
  return createHash('sha256')
    .update(`${modality}\n${image}\n${mask ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}
