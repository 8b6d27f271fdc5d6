import { OmnictError } from '@omnict/core';
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

/** What samples are for. */
export interface SampleUse {
  /** With answers to learn from, or without to be asked. */
  withAnswers: boolean;
  /** Longest sequence, `train.maxLength`; the language model's own is a bound as well. */
  maxTokens: number;
}

/** Samples and what was done to them. */
export interface LoadedSamples {
  /** Of each record; undefined where none could be made. */
  samples: (ModelSample | undefined)[];
  /** How many had text left out to meet the length. */
  shortened: number;
  /** How many could not be made. */
  leftOut: number;
}

/** Reasons that are told one by one; the rest is counted. */
const TOLD_REASONS = 3;

/**
 * Makes samples of records. Features of an image are read when a batch needs them. A record of which no
 * sample can be made is left out.
 *
 * @throws the first record's error when no sample at all can be made
 */
export async function loadSamples(
  records: readonly DatasetRecord[],
  sources: SampleSources,
  { withAnswers, maxTokens }: SampleUse,
): Promise<LoadedSamples> {
  const { omnict, features, prepared, log } = sources;
  const masks = new Map<string, PreparedMask | undefined>();
  const samples: (ModelSample | undefined)[] = [];
  const errors: OmnictError[] = [];
  for (const record of records) {
    const { imageKey: key } = record;
    try {
      if (prepared !== undefined && !masks.has(key)) {
        masks.set(key, await readPreparedMask(prepared, key));
      }
      const { answer, ...question } = record;
      const image = {
        name: key,
        features: features && (() => features.read(key)),
        mask: masks.get(key),
      };
      const length = { maxTokens, truncate: true };
      samples.push(recordSample(omnict, withAnswers ? record : question, image, length));
    } catch (error) {
      if (!(error instanceof OmnictError)) throw error;
      if (errors.push(error) <= TOLD_REASONS) log(`${record.id}: left out: ${error.message}`);
      samples.push(undefined);
    }
  }
  if (errors[0] !== undefined && errors.length === records.length) throw errors[0];
  const made = samples.filter((sample) => sample !== undefined);
  const count = (is: (sample: ModelSample) => boolean): number => made.filter(is).length;
  const shortened = count(({ sequence }) => sequence.isCut);
  if (shortened + errors.length > 0) {
    log(
      `of ${records.length} questions ${shortened} were shortened to ${maxTokens} tokens and ${errors.length} left out`,
    );
  }
  if (omnict.config.model.vision && omnict.config.model.ose.strategy !== 'none') {
    const fallbacks = count(({ plan }) => plan?.fallback === true);
    if (fallbacks > 0) {
      log(
        `organ tokens: whole image in ${fallbacks} of ${made.length} questions without the organ`,
      );
    }
  }
  return { samples, shortened, leftOut: errors.length };
}

/** A prepared label map. */
interface PreparedMask {
  data: Uint8Array;
  shape: [number, number, number];
}

async function readPreparedMask(folder: string, key: string): Promise<PreparedMask | undefined> {
  const path = join(folder, PREPARED_MASKS, `${key}.npy`);
  if (!existsSync(path)) return undefined;
  const { data, shape } = await readNpy(path);
  return { data: data as Uint8Array, shape: shape as [number, number, number] };
}
