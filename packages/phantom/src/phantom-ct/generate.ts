import { writeNifti } from '@omnict/io';
import {
  type Modality,
  type QuestionRecord,
  Random,
  type Split,
  SPLITS,
  type VolumeGeometry,
  writeJsonLines,
} from '@omnict/core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { LESION_ORGANS } from './lesions';
import { type Phantom, samplePhantom } from './phantom';
import { askQuestions } from './questions/templates';
import { renderPhantom } from './render';

/** How many images one split has; each is a phantom of its own. */
export interface SplitCounts {
  slices: number;
  volumes: number;
}

/** A PhantomCT dataset to be made. */
export interface PhantomOptions {
  seed: number;
  /** Folder that gets records.jsonl, images/ and masks/. */
  folder: string;
  splits: Readonly<Record<Split, SplitCounts>>;
  /** Voxels `[D, H, W]` of a volume; slices have the last two. Default `[48, 128, 128]`. */
  size?: readonly [number, number, number];
  /** Default 8: the paper's average for volumes. */
  questionsPerVolume?: number;
  /** Default 3; most of the paper's slices have one. */
  questionsPerSlice?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Field of view `[z, y, x]`, mm: chest and upper abdomen of an adult. */
const FIELD_OF_VIEW_MM = [352, 288, 396] as const;

/** One is compressed and written by other threads while the next is drawn here. */
const IMAGES_AT_ONCE = 3;

/** Name of the records file. */
export const RECORDS_FILE = 'records.jsonl';

/**
 * Makes a PhantomCT dataset: procedural chest-abdomen CT as NIfTI files with organ masks, and
 * questions whose answers are known by construction.
 *
 * Equal options give equal files. Every image is a phantom of its own, so slices never come from the
 * volumes and splits never share a patient.
 *
 * @returns the records, also written to `records.jsonl`
 */
export async function generatePhantomCT(options: PhantomOptions): Promise<QuestionRecord[]> {
  const { seed, folder, splits, onProgress, signal } = options;
  await mkdir(join(folder, 'images'), { recursive: true });
  await mkdir(join(folder, 'masks'), { recursive: true });
  const jobs = SPLITS.flatMap((split) => [
    ...Array.from({ length: splits[split].slices }, (_, index) => ({
      split,
      index,
      modality: 'slice' as const,
    })),
    ...Array.from({ length: splits[split].volumes }, (_, index) => ({
      split,
      index,
      modality: 'volume' as const,
    })),
  ]);
  let done = 0;
  const perImage = await pMap(
    jobs,
    async ({ split, index, modality }) => {
      signal?.throwIfAborted();
      const key = `${split}-${modality}-${String(index).padStart(5, '0')}`;
      const random = new Random(`phantom-ct/1/${seed}/${key}`);
      const image = await makeImage({ key, split, modality, random }, options);
      onProgress?.(++done, jobs.length);
      return image;
    },
    { concurrency: IMAGES_AT_ONCE },
  );
  const records = perImage.flat();
  await writeJsonLines(join(folder, RECORDS_FILE), records);
  return records;
}

async function makeImage(
  job: { key: string; split: Split; modality: Modality; random: Random },
  { folder, size = [48, 128, 128], questionsPerVolume = 8, questionsPerSlice = 3 }: PhantomOptions,
): Promise<QuestionRecord[]> {
  const { key, split, modality, random } = job;
  const phantom = samplePhantom(key, random.fork('phantom'));
  const whole = phantomGrid(size);
  const grid = modality === 'volume' ? whole : phantomPlane(whole, phantom, random.fork('plane'));
  const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
  const image = `images/${key}.nii.gz`;
  const mask = `masks/${key}.nii.gz`;
  await writeNifti(join(folder, image), rendered.volume);
  await writeNifti(join(folder, mask), rendered.mask);
  const count = modality === 'volume' ? questionsPerVolume : questionsPerSlice;
  const drafts = askQuestions({ phantom, rendered, modality }, count, random.fork('questions'));
  return drafts.map((draft, index) => ({
    id: `${key}-${index}`,
    image,
    modality,
    mask,
    ...draft,
    source: 'phantom-ct',
    patient: key,
    split,
  }));
}

/** Grid of a phantom's volume: the field of view in `[D, H, W]` voxels. */
export function phantomGrid(shape: readonly [number, number, number]): VolumeGeometry {
  const spacing = FIELD_OF_VIEW_MM.map((extent, axis) => extent / (shape[axis] as number));
  const [z, y, x] = spacing as [number, number, number];
  return {
    shape,
    spacing: [z, y, x],
    origin: [
      -FIELD_OF_VIEW_MM[2] / 2 + x / 2,
      -FIELD_OF_VIEW_MM[1] / 2 + y / 2 + 8, // the body's centre lies a little behind the origin
      -FIELD_OF_VIEW_MM[0] / 2 + z / 2 + 8,
    ],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
}

/** One plane. Most pass through a lesion: at random few would, and most answers would be no. */
export function phantomPlane(
  whole: VolumeGeometry,
  phantom: Phantom,
  random: Random,
): VolumeGeometry {
  const lesions = phantom.lesions.map(({ shape }) => shape.center[2]);
  const level =
    lesions.length > 0 && random.uniform() < 0.85
      ? random.choice(lesions)
      : levelOf(phantom, random.choice(LESION_ORGANS), random);
  const [, height, width] = whole.shape;
  return {
    ...whole,
    shape: [1, height, width],
    spacing: [5, whole.spacing[1], whole.spacing[2]], // 5 mm slices, as in clinical routine
    origin: [whole.origin[0], whole.origin[1], level + random.uniform(-3, 3)],
  };
}

function levelOf(
  { anatomy }: Phantom,
  organ: (typeof LESION_ORGANS)[number],
  random: Random,
): number {
  const { liver, spleen, kidneyLeft, kidneyRight, lungLeft, lungRight } = anatomy.organs;
  const host = {
    liver,
    spleen,
    kidneys: random.choice([kidneyLeft, kidneyRight]),
    lungs: random.choice([lungLeft, lungRight]),
  }[organ];
  return host.center[2] + random.uniform(-0.8, 0.8) * host.radii[2];
}
