import { writeDicomSeries, writeNifti, writePngSlices } from '@omnict/io';
import {
  type Modality,
  type OrganMask,
  type QuestionRecord,
  Random,
  type Split,
  type Volume,
} from '@omnict/core';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageWriteFormat, PhantomCt2Config } from './config';
import { changeFacts, type FollowUp, sampleFollowUp } from './follow-up';
import { type Phantom, samplePhantom2, scanGrid } from './phantom';
import { askAbout } from './questions/ask';
import { ctRateLabels } from './report/ct-rate';
import { type Report, writeReport } from './report/report';
import { type Scan, scanPhantom } from './scan/scan';
import { sceneOf, type SceneFacts } from './scene';

/** Raised whenever equal options would give other bytes. */
const PHANTOM_CT_2_VERSION = 1;

/** Name of the dataset in records. */
export const PHANTOM_CT_2 = 'phantom-ct-2';

/** One image to be made. */
export interface ImageJob {
  split: Split;
  modality: Modality;
  index: number;
}

/** An image that was made: paths are relative to the dataset's folder. */
export interface PhantomImage {
  key: string;
  split: Split;
  modality: Modality;
  image: string;
  mask: string;
  findingMask: string;
  prior?: string;
  records: QuestionRecord[];
  scene: SceneFacts;
  report: Report;
  /** CT-RATE's 18 labels, 0 or 1. */
  labels: number[];
}

/** Opaque key of an image and its phantom. */
export function keyOf({ split, modality, index }: ImageJob): string {
  return `${split}-${modality}-${String(index).padStart(5, '0')}`;
}

/** What an image depends on; equal recipes give equal files. */
export function recipeOf(job: ImageJob, config: PhantomCt2Config): string {
  const { seed, size, format, questionsPerVolume, questionsPerSlice, followUps } = config;
  const parts = [seed, size, format, questionsPerVolume, questionsPerSlice, followUps, keyOf(job)];
  const text = JSON.stringify([PHANTOM_CT_2_VERSION, ...parts]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Makes one image with masks, questions and report, and writes its files. */
export async function makeImage(
  job: ImageJob,
  { folder, config }: { folder: string; config: PhantomCt2Config },
): Promise<PhantomImage> {
  const key = keyOf(job);
  const { split, modality } = job;
  const random = new Random(`${PHANTOM_CT_2}/${PHANTOM_CT_2_VERSION}/${config.seed}/${key}`);
  const size = config.size as [number, number, number];
  const phantom = samplePhantom2(key, { modality }, random);
  const grid = scanGrid(phantom, size, random.fork('plane'));
  const scan = scanPhantom(phantom, grid, random.fork('pixels'));
  const write = { folder, format: config.format };
  const image = await writeImage(key, scan, write);
  const followUp = followUpOf(phantom, random, config.followUps);
  const prior =
    followUp === null
      ? undefined
      : await writeImage(
          `${key}-prior`,
          scanPhantom(followUp.earlier, grid, random.fork('earlier pixels')),
          write,
        );
  const mask = await writeMask(`masks/${key}.nii.gz`, scan.mask, write);
  const findingMask = await writeMask(`findings/${key}.nii.gz`, scan.findingMask, write);
  const drafts = askAbout(scan, {
    count: modality === 'volume' ? config.questionsPerVolume : config.questionsPerSlice,
    more: followUp === null ? [] : changeFacts(scan, followUp),
    random: random.fork('questions'),
  });
  const common = { image, modality, mask, source: PHANTOM_CT_2, patient: key, scan: key, split };
  const records = drafts.map((draft, index): QuestionRecord => {
    const isOverTime = draft.capability?.endsWith('over time') === true;
    return {
      id: `${key}-${index}`,
      ...common,
      ...draft,
      ...(isOverTime && prior !== undefined ? { prior } : {}),
    };
  });
  return {
    key,
    split,
    modality,
    image,
    mask,
    findingMask,
    ...(prior === undefined ? {} : { prior }),
    records,
    scene: sceneOf(scan, followUp),
    report: writeReport(scan, random.fork('report')),
    labels: ctRateLabels(scan),
  };
}

function followUpOf(phantom: Phantom, random: Random, share: number): FollowUp | null {
  const stream = random.fork('follow-up');
  if (phantom.modality === 'slice' || stream.uniform() >= share) return null;
  return sampleFollowUp(phantom, { random: stream, body: random.fork('body') });
}

interface WriteOptions {
  folder: string;
  format: ImageWriteFormat;
}

async function writeImage(
  key: string,
  { volume, phantom }: Scan,
  { folder, format }: WriteOptions,
): Promise<string> {
  switch (format) {
    case 'nifti': {
      const path = `images/${key}.nii.gz`;
      await writeNifti(join(folder, path), volume);
      return path;
    }
    case 'png': {
      const path = volume.shape[0] === 1 ? `images/${key}.png` : `images/${key}`;
      await writePngSlices(join(folder, path), volume);
      return path;
    }
    case 'dicom': {
      const path = `images/${key}`;
      await writeDicomSeries(join(folder, path), volume, {
        key: `${PHANTOM_CT_2}/${key}`,
        description: `PhantomCT 2 ${phantom.acquisition.region}`,
        kernel: phantom.acquisition.kernel,
        patientPosition: phantom.plan.variants.position === 'prone' ? 'HFP' : 'HFS',
      });
      return path;
    }
  }
}

/** Pictures have no geometry and are read with voxels of 1 mm; their masks are written alike. */
async function writeMask(
  path: string,
  mask: OrganMask,
  { folder, format }: WriteOptions,
): Promise<string> {
  const geometry: Pick<Volume, 'spacing' | 'origin'> =
    format === 'png' ? { spacing: [1, 1, 1], origin: [0, 0, 0] } : mask;
  const { spacing, origin } = geometry;
  await writeNifti(join(folder, path), { ...mask, spacing, origin });
  return path;
}

/** Makes the folders that images are written into. */
export async function makeFolders(folder: string): Promise<void> {
  for (const name of ['images', 'masks', 'findings', 'done', 'ct-rate']) {
    await mkdir(join(folder, name), { recursive: true });
  }
}
