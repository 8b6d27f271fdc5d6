import { FormatError, MissingDataError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { listSeries } from '../dicom/read-dicom';
import { fileFormat } from '../image-format';

/** One image to prepare. */
export interface ImageJob {
  /** File, or folder of a DICOM series. */
  path: string;
  /** Series to choose, where a folder holds several. */
  series?: string;
  /** Name of the result, without `.npy`, relative to the folder of results. */
  name: string;
}

/** Of pairs, the header stands for both files. */
const IMAGE_FILE = /\.(nii|nii\.gz|hdr|hdr\.gz|nrrd|nhdr|mha|mhd|npy|npz|png|jpe?g)$/i;

/** Most DICOM files have `.dcm` or no extension; of other names the content is not looked at. */
const MAYBE_DICOM = /(^[^.]+|\.dcm|\.ima|\.\d+)$/i;

/**
 * Images below a folder, in order of their paths: each image file by itself, pictures too; each DICOM
 * series of a folder.
 *
 * @param skip folder of results, left out
 * @throws MissingDataError when there are none
 */
export async function findImages(root: string, skip: string): Promise<ImageJob[]> {
  const jobs = await imagesIn(root, { root, skip: resolve(skip) });
  if (jobs.length > 0) return withUniqueNames(jobs);
  throw new MissingDataError(
    `${root}: no image; expected NIfTI, DICOM, NRRD, MetaImage, NumPy, PNG or JPEG files; check the folder`,
  );
}

/**
 * Images that a record file names: one JSON object a line, its field `image` a path relative to the
 * file.
 *
 * @throws FormatError for a line without an image
 */
export async function imagesOfRecords(path: string): Promise<ImageJob[]> {
  const root = dirname(path);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const images = new Set<string>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const image = imageOf(line);
    if (image === undefined) {
      throw new FormatError(
        `${path}:${index + 1}: no image; expected a JSON object with a path under 'image'; mend the line`,
      );
    }
    images.add(isAbsolute(image) ? image : join(root, image));
  });
  return withUniqueNames([...images].map((image) => ({ path: image, name: nameOf(root, image) })));
}

function imageOf(line: string): string | undefined {
  try {
    const { image } = JSON.parse(line) as { image?: unknown };
    return typeof image === 'string' && image !== '' ? image : undefined;
  } catch {
    return undefined;
  }
}

async function imagesIn(
  folder: string,
  { root, skip }: { root: string; skip: string },
): Promise<ImageJob[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  for (const file of files) {
    // One DICOM file makes a folder, with all below it, a place of series.
    if (MAYBE_DICOM.test(file) && (await fileFormat(join(folder, file))) === 'dicom') {
      return seriesIn(folder, root);
    }
  }
  const jobs = files
    .filter((file) => IMAGE_FILE.test(file))
    .map((file) => ({ path: join(folder, file), name: nameOf(root, join(folder, file)) }));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && resolve(path) !== skip) {
      jobs.push(...(await imagesIn(path, { root, skip })));
    }
  }
  return jobs;
}

async function seriesIn(folder: string, root: string): Promise<ImageJob[]> {
  const name = nameOf(root, folder);
  // A damaged file fails when its image is prepared, and is reported there.
  const found = await listSeries(folder).catch(() => []);
  const readable = found.flatMap(({ series }) => series ?? []);
  if (readable.length < 2) return [{ path: folder, name }];
  return readable.map((series) => ({ path: folder, series, name: `${name}-series-${series}` }));
}

/** A file's name without the extension of its format. */
export function imageName(file: string): string {
  return file.replace(IMAGE_FILE, '');
}

/** Path below the root without the extension; a short hash tells files elsewhere apart. */
function nameOf(root: string, path: string): string {
  const below = relative(root, path);
  if (below === '') return imageName(basename(resolve(path)));
  if (!below.startsWith('..') && !isAbsolute(below)) return imageName(below);
  const hash = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 8);
  return `${imageName(basename(path))}-${hash}`;
}

/** `ct.nii.gz` and `ct.nrrd` side by side keep their extensions. */
function withUniqueNames(jobs: readonly ImageJob[]): ImageJob[] {
  const counts = new Map<string, number>();
  for (const { name } of jobs) counts.set(name, (counts.get(name) ?? 0) + 1);
  return jobs.map((job) =>
    counts.get(job.name) === 1
      ? job
      : { ...job, name: `${job.name}${IMAGE_FILE.exec(job.path)?.[0] ?? ''}` },
  );
}
