import type { FeatureStore } from '@omnict/encoding';
import { readNpy } from '@omnict/io';
import { type ModelSample, type OmniCT, recordSample } from '@omnict/model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetRecord } from './dataset';
import { PREPARED_MASKS } from './prepare';

/** What the samples of a dataset are made from. */
export interface SampleSources {
  omnict: OmniCT;
  /** Features of the images; absent for a model without vision. */
  features: FeatureStore | undefined;
  /** Outputs of the prepare stage; absent for a model without vision. */
  prepared: string | undefined;
  log: (text: string) => void;
}

/**
 * Samples of records, with answers for training or without for prediction. Features of an
 * image are read when a batch needs them.
 */
export async function loadSamples(
  records: readonly DatasetRecord[],
  { omnict, features, prepared, log }: SampleSources,
  { withAnswers }: { withAnswers: boolean },
): Promise<ModelSample[]> {
  const masks = new Map<
    string,
    { data: Uint8Array; shape: [number, number, number] } | undefined
  >();
  const samples: ModelSample[] = [];
  let fallbacks = 0;
  for (const record of records) {
    const { imageKey: key } = record;
    if (prepared !== undefined && !masks.has(key)) {
      masks.set(key, await readPreparedMask(prepared, key));
    }
    const { answer, ...question } = record;
    const sample = recordSample(omnict, withAnswers ? record : question, {
      name: key,
      features: features && (() => features.read(key)),
      mask: masks.get(key),
    });
    if (sample.plan?.fallback === true) fallbacks++;
    samples.push(sample);
  }
  if (omnict.config.model.vision && omnict.config.model.ose.strategy !== 'none') {
    log(
      `organ tokens: whole image in ${fallbacks} of ${samples.length} questions without the organ`,
    );
  }
  return samples;
}

async function readPreparedMask(folder: string, key: string) {
  const path = join(folder, PREPARED_MASKS, `${key}.npy`);
  if (!existsSync(path)) return undefined;
  const { data, shape } = await readNpy(path);
  return { data: data as Uint8Array, shape: shape as [number, number, number] };
}
