import { Random, type Modality } from '@omnict/core';
import { openOmniCT, type OmniCT } from '@omnict/model';
import { tensorOfBytes } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetRecords } from '../stages/dataset';
import { openFeatures } from '../stages/encode';
import { MODEL } from '../stages/train-stages';
import { type RunRecord, taskOfTrial } from './read-run';

/** Visual tokens of test images, as a trained model's projection makes them. */
export interface VisualTokens {
  trial: string;
  /** `[N, width]` */
  data: Float32Array;
  width: number;
  /** Of each token. */
  modalities: Modality[];
  images: number;
}

/** Images of each modality that tokens are drawn from. */
const IMAGES = 24;

/** Bytes of weights above which a model is too large to be loaded for a figure. */
const MOST_WEIGHTS = 500e6;

/**
 * Draws visual tokens of test images after the hybrid projection, half of slices and half of volumes, from
 * the last trial of a run that sees images: what its projection makes of the features that its encoder made.
 *
 * @param most tokens @returns null where there is no such trial, only one modality, or too large a model
 */
export async function readVisualTokens(
  { tasks, trials, cache }: RunRecord,
  most: number,
): Promise<VisualTokens | null> {
  const seeing = trials.filter(({ trial }) => taskOfTrial(tasks, 'encode', trial) !== undefined);
  const [seed] = seeing.map((trial) => trial.seed);
  const trial = seeing.filter((one) => one.seed === seed).at(-1)?.trial;
  if (trial === undefined) return null;
  const keyOf = (stage: string): string | undefined => taskOfTrial(tasks, stage, trial)?.key;
  const [dataset, encode, finetune] = [keyOf('dataset'), keyOf('encode'), keyOf('finetune')];
  if (dataset === undefined || encode === undefined || finetune === undefined) return null;
  const folder = join(cache.outputsOf(finetune), MODEL);
  if (!existsSync(folder) || (await bytesOf(folder)) > MOST_WEIGHTS) return null;
  const records = await datasetRecords(cache.outputsOf(dataset)).catch(() => []);
  const keys = new Map<Modality, Set<string>>([
    ['slice', new Set()],
    ['volume', new Set()],
  ]);
  for (const { split, modality, imageKey } of records)
    if (split === 'test') keys.get(modality)?.add(imageKey);
  if ([...keys.values()].some(({ size }) => size === 0)) return null;
  const model = await openOmniCT(folder);
  const features = await openFeatures(cache.outputsOf(encode));
  try {
    const omnict = await model.load();
    const random = new Random('report-tokens');
    const width = omnict.model.llm.hiddenSize;
    const chosen: Float32Array[] = [];
    const modalities: Modality[] = [];
    let images = 0;
    for (const [modality, found] of keys) {
      const own = random.shuffle([...found]).slice(0, IMAGES);
      images += own.length;
      const rows: Float32Array[] = [];
      for (const key of own) {
        const values = await projected(omnict, await features.read(key), modality);
        for (let at = 0; at < values.length; at += width)
          rows.push(values.subarray(at, at + width));
      }
      const drawn = random.shuffle(rows).slice(0, Math.floor(most / 2));
      chosen.push(...drawn);
      modalities.push(...drawn.map(() => modality));
    }
    const data = new Float32Array(chosen.length * width);
    chosen.forEach((row, index) => data.set(row, index * width));
    return { trial, data, width, modalities, images };
  } finally {
    await features.close();
    model.dispose();
  }
}

/** Tokens of one image, `[L, E]`. */
async function projected(
  { model }: OmniCT,
  {
    bytes,
    dtype,
    shape,
  }: { bytes: Uint8Array<ArrayBuffer>; dtype: string; shape: readonly number[] },
  modality: Modality,
): Promise<Float32Array> {
  const tokens = tf.tidy(() => {
    const features = tensorOfBytes(bytes, { dtype, shape }, 'readVisualTokens');
    const batch: tf.Tensor5D = tf.reshape(features, [1, ...shape] as [
      number,
      number,
      number,
      number,
      number,
    ]);
    return model.projectedTokensOf(batch, modality);
  });
  const values = (await tokens.data()) as Float32Array;
  tokens.dispose();
  return values;
}

async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
