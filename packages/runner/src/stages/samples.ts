import { formatAnswer, formatQuestion, ORGAN_CLASS_LABELS } from '@omnict/data';
import { readNpy } from '@omnict/io';
import { createSample, type ModelSample, type OmniCT } from '@omnict/model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetRecord } from './dataset';
import { FEATURES } from './encode';
import { PREPARED_MASKS } from './prepare';

/** What the samples of a dataset are made from. */
export interface SampleSources {
  omnict: OmniCT;
  /** Outputs of the encode and prepare stages; absent for a model without vision. */
  inputs: Readonly<Record<string, string>>;
  log: (text: string) => void;
}

/**
 * Samples of records, with answers for training or without for prediction. Features of an image are
 * read once and shared by its questions.
 */
export async function loadSamples(
  records: readonly DatasetRecord[],
  { omnict, inputs, log }: SampleSources,
  { withAnswers }: { withAnswers: boolean },
): Promise<ModelSample[]> {
  const features = new Map<string, Float32Array>();
  const masks = new Map<
    string,
    { data: Uint8Array; shape: [number, number, number] } | undefined
  >();
  const samples: ModelSample[] = [];
  let fallbacks = 0;
  for (const record of records) {
    const { imageKey: key } = record;
    if (omnict.config.model.vision && !features.has(key)) {
      const { data } = await readNpy(join(inputs['encode'] as string, FEATURES, `${key}.npy`));
      features.set(key, data as Float32Array);
      masks.set(key, await readPreparedMask(inputs['prepare'] as string, key));
    }
    const mask = masks.get(key);
    const labels = record.organLabels ?? ORGAN_CLASS_LABELS[record.organ];
    const sample = createSample(omnict, {
      id: record.id,
      modality: record.modality,
      question: formatQuestion(record),
      answer: withAnswers ? formatAnswer(record) : undefined,
      features: features.get(key),
      region: mask === undefined ? undefined : { mask, labels },
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
