import { type Split, SPLITS, writeFileAtomic } from '@omnict/core';
import { access, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type PhantomCt2Config, phantomCt2Config } from './config';
import { DatasetFiles } from './dataset-files';
import { type ImageJob, keyOf, makeFolders, type PhantomImage, recipeOf } from './image-job';
import { makeImages } from './worker-pool';

/** A PhantomCT 2 dataset to be made. */
export interface PhantomCt2Options {
  /** May leave out what has a default. */
  config: Partial<PhantomCt2Config> & Pick<PhantomCt2Config, 'train' | 'test'>;
  /** Folder that gets records.jsonl, scenes.jsonl, images/, masks/, findings/ and ct-rate/. */
  folder: string;
  /** Threads; default: as many as the machine has cores. Results do not depend on it. */
  workers?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** What was made. */
export interface PhantomCt2Summary {
  folder: string;
  records: string;
  images: number;
  questions: number;
  /** Images that were there already, made by the same recipe. */
  reused: number;
  splits: Readonly<Record<Split, { slices: number; volumes: number }>>;
}

/**
 * Makes a PhantomCT 2 dataset.
 *
 * Equal configs give equal files, whatever the number of workers. Every image is a phantom of its own:
 * slices never come from the volumes, and splits never share a patient. Memory does not grow with the
 * number of images. An image that is there already is not made again, so that a stopped run goes on.
 *
 * @throws ConfigError for a config that does not fit, MissingDataError when files cannot be written
 */
export async function generatePhantomCT2(options: PhantomCt2Options): Promise<PhantomCt2Summary> {
  const { folder, onProgress } = options;
  const config = phantomCt2Config(options.config);
  await makeFolders(folder);
  const splits = splitCounts(config);
  const jobs = jobsOf(splits);
  const files = await DatasetFiles.open(folder);
  let [done, questions, reused] = [0, 0, 0];
  try {
    for await (const { image, isReused } of phantomImages(jobs, { ...options, config })) {
      await files.add(image);
      questions += image.records.length;
      reused += isReused ? 1 : 0;
      onProgress?.(++done, jobs.length);
    }
    await files.publish();
  } finally {
    await files.close();
  }
  return {
    folder,
    records: join(folder, 'records.jsonl'),
    images: done,
    questions,
    reused,
    splits,
  };
}

function splitCounts({ train, validation, test }: PhantomCt2Config): PhantomCt2Summary['splits'] {
  return { train, validation: validation ?? { slices: 0, volumes: 0 }, test };
}

function jobsOf(splits: PhantomCt2Summary['splits']): ImageJob[] {
  return SPLITS.flatMap((split) =>
    (['slice', 'volume'] as const).flatMap((modality) =>
      Array.from({ length: splits[split][`${modality}s`] }, (_, index) => ({
        split,
        modality,
        index,
      })),
    ),
  );
}

/** Images in order: those that are there are read, runs of others are made. */
async function* phantomImages(
  jobs: readonly ImageJob[],
  {
    folder,
    config,
    signal,
    workers = availableParallelism(),
  }: PhantomCt2Options & { config: PhantomCt2Config },
): AsyncGenerator<{ image: PhantomImage; isReused: boolean }> {
  const isThere = await Promise.all(jobs.map((job) => isMade(job, { folder, config })));
  for (let start = 0; start < jobs.length;) {
    let end = start + 1;
    while (end < jobs.length && isThere[end] === isThere[start]) end++;
    const run = jobs.slice(start, end);
    if (isThere[start] === true) {
      for (const job of run) yield { image: (await readDone(job, folder)).image, isReused: true };
    } else {
      for await (const image of makeImages(run, { folder, config }, { workers, signal })) {
        await markDone(image, { folder, config });
        yield { image, isReused: false };
      }
    }
    start = end;
  }
}

interface Done {
  recipe: string;
  image: PhantomImage;
}

const donePath = (folder: string, key: string): string => join(folder, 'done', `${key}.json`);

async function readDone(job: ImageJob, folder: string): Promise<Done> {
  return JSON.parse(await readFile(donePath(folder, keyOf(job)), 'utf8')) as Done;
}

/** True when an image was made by the same recipe and its files are there. */
async function isMade(
  job: ImageJob,
  { folder, config }: { folder: string; config: PhantomCt2Config },
): Promise<boolean> {
  try {
    const { recipe, image } = await readDone(job, folder);
    if (recipe !== recipeOf(job, config)) return false;
    const paths = [image.image, image.mask, image.findingMask, image.prior ?? image.image];
    await Promise.all(paths.map((path) => access(join(folder, path))));
    return true;
  } catch {
    return false; // not there, or cut off while it was written: it is made again
  }
}

/** Written last: an image without it does not count. */
async function markDone(
  image: PhantomImage,
  { folder, config }: { folder: string; config: PhantomCt2Config },
): Promise<void> {
  const { split, modality, key } = image;
  const index = Number(key.slice(key.lastIndexOf('-') + 1));
  const done: Done = { recipe: recipeOf({ split, modality, index }, config), image };
  await writeFileAtomic(donePath(folder, key), Buffer.from(JSON.stringify(done)));
}
