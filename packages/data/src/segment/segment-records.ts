import { MissingDataError, OmnictError, type QuestionRecord, writeFileAtomic } from '@omnict/core';
import {
  imageName,
  readMask,
  readVolume,
  sameGrid,
  segment,
  structuresAsked,
  TOTALSEGMENTATOR_LABELS,
  writeNifti,
} from '@omnict/io';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join, relative, resolve } from 'node:path';
import { readRecords, writeRecords } from '../records-file';

/** How the masks of records are made or found. */
export interface SegmentRecordsOptions {
  /** Folder of `records.jsonl`, `masks/` and `failures.json`. */
  out: string;
  /** TotalSegmentator's faster model on a grid of 3 mm. */
  fast?: boolean;
  /** Folder of masks made elsewhere, named as the images are, to be taken in place of new ones. */
  masks?: string | undefined;
  /** Segments each `count`-th image from `index` (0-based) on and writes no records: a later run does. */
  shard?: { index: number; count: number } | undefined;
  onProgress?: (done: number, total: number) => void;
  /** Lines that TotalSegmentator prints. */
  onOutput?: (text: string) => void;
}

/** What came of the images. */
export interface SegmentRecordsReport {
  /** Records file with masks; undefined for a shard. */
  records: string | undefined;
  /** Images segmented, or whose given mask was taken, in this run. */
  made: number;
  /** Images whose mask an earlier run had made. */
  skipped: number;
  /** Images left without a mask: slices, and those of which no question names a structure. */
  without: number;
  failures: { image: string; message: string }[];
}

/** An image and the structures that its questions are about. */
interface SegmentJob {
  image: string;
  labels: Set<number>;
}

const COMMAND = 'TotalSegmentator';

/**
 * Gives the volumes of a records file organ masks: TotalSegmentator looks for the structures that an
 * image's questions are about, or masks made elsewhere are taken when they lie on the image's grid.
 * What an earlier run made is kept. An image that fails keeps its questions, without a mask. Records
 * that have a mask keep it; slices get none, since TotalSegmentator reads volumes.
 *
 * @throws MissingDataError when TotalSegmentator is not installed, or the disk is full
 */
export async function segmentRecords(
  path: string,
  options: SegmentRecordsOptions,
): Promise<SegmentRecordsReport> {
  const { out, masks, shard, onProgress = () => undefined } = options;
  const { jobs, without } = await jobsOf(path);
  const own = jobs.filter((_, index) => shard === undefined || index % shard.count === shard.index);
  if (masks === undefined && own.length > 0) requireCommand();
  const report: SegmentRecordsReport = {
    records: undefined,
    made: 0,
    skipped: 0,
    without,
    failures: [],
  };
  await mkdir(join(out, 'masks'), { recursive: true });
  const found = new Map<string, string>();
  for (const [index, job] of own.entries()) {
    try {
      const { mask, isNew } = await maskOf(job, options, dirname(path));
      found.set(job.image, mask);
      report[isNew ? 'made' : 'skipped']++;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new MissingDataError(
          `${out}: the disk is full; expected room for a label map; the masks made so far are kept: make room and run again`,
          { cause: error },
        );
      }
      if (!(error instanceof OmnictError)) throw error;
      report.failures.push({ image: job.image, message: error.message });
    }
    onProgress(index + 1, own.length);
  }
  if (shard !== undefined) return report;
  report.records = join(out, 'records.jsonl');
  const failures = `${JSON.stringify(report.failures, null, 2)}\n`;
  await writeFileAtomic(join(out, 'failures.json'), Buffer.from(failures));
  await writeRecords(report.records, withMasks(path, { out, found }));
  return report;
}

/** Images to segment, in order of first use. */
async function jobsOf(path: string): Promise<{ jobs: SegmentJob[]; without: number }> {
  const jobs = new Map<string, SegmentJob>();
  const others = new Set<string>();
  for await (const record of readRecords(path)) {
    const image = resolve(dirname(path), record.image);
    if (record.mask !== undefined) continue;
    const labels = structuresAsked(record).labels.filter(
      (label) => TOTALSEGMENTATOR_LABELS[label] !== undefined,
    );
    if (record.modality === 'slice' || labels.length === 0) {
      others.add(image);
      continue;
    }
    const job = jobs.get(image) ?? { image, labels: new Set() };
    labels.forEach((label) => job.labels.add(label));
    jobs.set(image, job);
  }
  for (const image of jobs.keys()) others.delete(image);
  return { jobs: [...jobs.values()], without: others.size };
}

async function maskOf(
  { image, labels }: SegmentJob,
  { out, masks, fast = false, onOutput }: SegmentRecordsOptions,
  root: string,
): Promise<{ mask: string; isNew: boolean }> {
  if (masks !== undefined) return { mask: await givenMask(image, masks, root), isNew: true };
  const facts = await stat(image).catch(() => undefined); // the reader says what is wrong with it
  const structures = [...labels]
    .sort((a, b) => a - b)
    .map((label) => TOTALSEGMENTATOR_LABELS[label] as string);
  const key = [image, facts?.size, facts?.mtimeMs, structures, fast];
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
  const mask = join(out, 'masks', `${digest}.nii.gz`);
  if (existsSync(mask)) return { mask, isNew: false };
  const { volume } = await readVolume(image);
  const made = await segment(volume, {
    method: COMMAND,
    fast,
    structures,
    ...(onOutput && { onOutput }),
  });
  const partial = join(out, 'masks', `.${digest}-${process.pid}.nii.gz`);
  try {
    await writeNifti(partial, made.mask, { labelNames: true });
    await rename(partial, mask); // whole or not at all
  } finally {
    await rm(partial, { force: true });
  }
  return { mask, isNew: true };
}

/** A mask made elsewhere: `NAME.nii.gz`, or a folder NAME of one file a structure. */
async function givenMask(image: string, masks: string, root: string): Promise<string> {
  const names = [relative(root, image), basename(image)].filter((name) => !name.startsWith('..'));
  const places = names.flatMap((name) => {
    const bare = join(masks, imageName(name));
    return [join(masks, name), `${bare}.nii.gz`, `${bare}.nii`, bare];
  });
  const mask = places.find((place) => resolve(place) !== image && existsSync(place));
  if (mask === undefined) {
    throw new MissingDataError(
      `${image}: no mask in ${masks}; expected a label map or folder of the image's name; add it`,
    );
  }
  const { volume } = await readVolume(image);
  if (sameGrid(await readMask(mask, { image: volume }), volume)) return mask;
  throw new MissingDataError(
    `${mask}: lies on another grid than ${image}; expected the same size, spacing, origin and direction; give the mask of this image`,
  );
}

/** Records with paths relative to their new place. */
async function* withMasks(
  path: string,
  { out, found }: { out: string; found: ReadonlyMap<string, string> },
): AsyncGenerator<QuestionRecord> {
  const moved = (file: string): string => relative(out, resolve(dirname(path), file));
  for await (const record of readRecords(path)) {
    const made = record.modality === 'volume' && found.get(resolve(dirname(path), record.image));
    const mask = record.mask === undefined ? made && relative(out, made) : moved(record.mask);
    const { findings } = record;
    yield {
      ...record,
      image: moved(record.image),
      ...(mask && { mask }),
      ...(findings !== undefined && { findings: moved(findings) }),
    };
  }
}

/** @throws MissingDataError when no image could be segmented */
function requireCommand(): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((folder) => existsSync(join(folder, COMMAND)))) return;
  throw new MissingDataError(
    `segment: command '${COMMAND}' is not there; expected it on PATH; run pip install TotalSegmentator, or give masks made elsewhere`,
  );
}
