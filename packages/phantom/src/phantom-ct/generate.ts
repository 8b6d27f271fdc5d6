import { writeNifti } from '@omnict/io';
import { type Modality, Random, type VolumeGeometry } from '@omnict/core';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import type { QuestionRecord, Split } from '@omnict/core';
import { SPLITS } from '@omnict/core';
import { writeJsonLines } from '@omnict/core';
import { type Phantom, samplePhantom } from './phantom';
import { askQuestions } from './questions/ask-questions';
import type { QuestionDraft } from './questions/scene';
import { QuestionSelection } from './questions/select-questions';
import { LESION_HOSTS } from './hosts';
import { REGION_VOCABULARY } from './regions';
import { renderPhantom } from './render';
import { mechanismOf } from './skills';

/** How many images one split has; each is a phantom of its own. */
export interface SplitCounts {
  slices: number;
  volumes: number;
}

/** A PhantomCT dataset to be made. */
export interface PhantomOptions {
  seed: number;
  /** Folder that gets records.jsonl, images/, masks/ and findings/. */
  folder: string;
  splits: Readonly<Record<Split, SplitCounts>>;
  /** Voxels `[D, H, W]` of a volume; slices have the last two. Default `[32, 128, 128]`. */
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

/** Name of the file that says what the values of masks and findings maps mean: a `RegionVocabulary`. */
export const REGIONS_FILE = 'regions.json';

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
  const { folder, splits, onProgress, signal } = options;
  await mkdir(join(folder, 'images'), { recursive: true });
  await mkdir(join(folder, 'masks'), { recursive: true });
  await mkdir(join(folder, 'findings'), { recursive: true });
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
  const candidates = await pMap(
    jobs,
    async (job) => {
      signal?.throwIfAborted();
      const drafts = await makeImage(job, options);
      onProgress?.(++done, jobs.length);
      return drafts;
    },
    { concurrency: IMAGES_AT_ONCE },
  );
  const records = chooseQuestions(jobs, candidates, options);
  await writeJsonLines(join(folder, RECORDS_FILE), records);
  await writeFile(join(folder, REGIONS_FILE), `${JSON.stringify(REGION_VOCABULARY, null, 2)}\n`);
  return records;
}

/** One image to be made. */
interface ImageJob {
  split: Split;
  index: number;
  modality: Modality;
}

function keyOf({ split, index, modality }: ImageJob): string {
  return `${split}-${modality}-${String(index).padStart(5, '0')}`;
}

/** Writes one image with its maps. @returns every question that may be asked about it */
async function makeImage(
  job: ImageJob,
  { seed, folder, size = [32, 128, 128] }: PhantomOptions,
): Promise<QuestionDraft[]> {
  const { modality } = job;
  const key = keyOf(job);
  const random = new Random(`phantom-ct/2/${seed}/${key}`);
  const phantom = samplePhantom(key, random.fork('phantom'));
  const whole = phantomGrid(size);
  const grid = modality === 'volume' ? whole : phantomPlane(whole, phantom, random.fork('plane'));
  const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
  await writeNifti(join(folder, filesOf(key).image), rendered.volume);
  await writeNifti(join(folder, filesOf(key).mask), rendered.mask);
  await writeNifti(join(folder, filesOf(key).findings), {
    ...rendered.mask,
    data: rendered.findings,
  });
  return askQuestions({ phantom, rendered, modality }, random.fork('questions'));
}

function filesOf(key: string): Pick<QuestionRecord, 'image'> & { mask: string; findings: string } {
  const file = `${key}.nii.gz`;
  return { image: `images/${file}`, mask: `masks/${file}`, findings: `findings/${file}` };
}

/** Chooses among the candidates of each split, so that no split's answers lean to one side. */
function chooseQuestions(
  jobs: readonly ImageJob[],
  candidates: readonly QuestionDraft[][],
  { seed, questionsPerVolume = 8, questionsPerSlice = 3 }: PhantomOptions,
): QuestionRecord[] {
  const selections = new Map(SPLITS.map((split) => [split, new QuestionSelection()]));
  return jobs.flatMap((job, position) => {
    const { split, modality } = job;
    const key = keyOf(job);
    const selection = selections.get(split) as QuestionSelection;
    const drafts = selection.take(candidates[position] as QuestionDraft[], {
      modality,
      count: modality === 'volume' ? questionsPerVolume : questionsPerSlice,
      random: new Random(`phantom-ct/2/${seed}/${key}/selection`),
    });
    return drafts.map(({ answers, ...draft }, index) => ({
      id: `${key}-${index}`,
      modality,
      ...filesOf(key),
      ...draft,
      ...(draft.taskType === 'short-answer' && answers !== undefined && { answers: [...answers] }),
      mechanism: mechanismOf(draft.skill, modality),
      source: 'phantom-ct',
      patient: key,
      split,
    }));
  });
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
    lesions.length > 0 && random.uniform() < 0.7
      ? random.choice(lesions)
      : levelOf(phantom, random);
  const [, height, width] = whole.shape;
  return {
    ...whole,
    shape: [1, height, width],
    spacing: [5, whole.spacing[1], whole.spacing[2]], // 5 mm slices, as in clinical routine
    origin: [whole.origin[0], whole.origin[1], level + random.uniform(-2, 2)],
  };
}

/** A level of some organ that may have lesions. */
function levelOf({ anatomy }: Phantom, random: Random): number {
  const { part } = random.choice(random.choice(LESION_HOSTS).parts);
  const { center, radii } =
    part === 'vertebrae' ? random.choice(anatomy.vertebrae) : anatomy.organs[part];
  return center[2] + random.uniform(-0.7, 0.7) * radii[2];
}
