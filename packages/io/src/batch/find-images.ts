import { FormatError, MissingDataError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { listSeries } from '../dicom/read-dicom';
import { whyNoDicom } from '../dicom/why-unreadable';
import { filesBelow, someNames } from '../files-below';
import { type Assumption, ASSUMPTIONS } from '../hounsfield';
import { signedFormat } from '../image-format';

/** One image to prepare. */
export interface ImageJob {
  /** File, or folder of a DICOM series. */
  path: string;
  /** Series to choose, where a folder holds several. */
  series?: string;
  /** What its values are, where a record says it. */
  values?: Assumption;
  /** Name of the result, without `.npy`, relative to the folder of results. */
  name: string;
}

/** Of pairs, the header stands for both files. */
const IMAGE_FILE = /\.(nii|nii\.gz|hdr|hdr\.gz|nrrd|nhdr|mha|mhd|npy|npz|png|jpe?g)$/i;

/** Files called as DICOM that turn out to be none. */
const DICOM_NAME = /\.(dcm|dicom|ima)$/i;

/** Pictures beside a DICOM series show it; they are no images of their own. */
const PICTURE = /\.(png|jpe?g)$/i;

/** Images to prepare, and files that look like some but are none. */
export interface FoundImages {
  jobs: ImageJob[];
  /** One sentence each. */
  leftOut: string[];
}

/**
 * Images below a folder, in order of their paths: each image file by itself, pictures too; each DICOM
 * series, told by the files' content. Links are followed.
 *
 * @param skip folder of results, left out
 * @throws MissingDataError when there are none
 */
export async function findImages(root: string, skip: string): Promise<FoundImages> {
  const { files, warnings } = await filesBelow(root);
  const own = join(resolve(skip), sep);
  const search = new Search(root);
  await search.look(files.filter((file) => !resolve(file).startsWith(own)));
  const jobs = await search.jobs();
  if (jobs.length > 0) {
    return { jobs: withUniqueNames(jobs), leftOut: [...warnings, ...search.leftOut] };
  }
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
  const images = new Map<string, Assumption | undefined>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const { image, values } = imageOf(line);
    if (image === undefined) {
      throw new FormatError(
        `${path}:${index + 1}: no image; expected a JSON object with a path under 'image'; mend the line`,
      );
    }
    images.set(isAbsolute(image) ? image : join(root, image), values);
  });
  return withUniqueNames(
    [...images].map(([path, values]) => ({
      path,
      name: nameOf(root, path),
      ...(values !== undefined && { values }),
    })),
  );
}

function imageOf(line: string): { image?: string; values?: Assumption } {
  try {
    const { image, values } = JSON.parse(line) as { image?: unknown; values?: unknown };
    const known = ASSUMPTIONS.find((name) => name === values);
    return {
      ...(typeof image === 'string' && image !== '' && { image }),
      ...(known !== undefined && { values: known }),
    };
  } catch {
    return {};
  }
}

/** Sorts the files of a tree into images. */
class Search {
  readonly leftOut: string[] = [];
  readonly #dicom: string[] = [];
  readonly #files: string[] = [];

  constructor(private readonly root: string) {}

  async look(files: readonly string[]): Promise<void> {
    for (const file of files) {
      const isImage = IMAGE_FILE.test(file);
      if (isImage && !/\.hdr$/i.test(file)) this.#files.push(file);
      else if ((await signedFormat(file)) === 'dicom') this.#dicom.push(file);
      else if (isImage) this.#files.push(file);
      else if (DICOM_NAME.test(file)) {
        this.leftOut.push(`${relative(this.root, file)} ${await whyNoDicom(file)}`);
      }
    }
  }

  async jobs(): Promise<ImageJob[]> {
    const folders = new Set(this.#dicom.map((file) => dirname(file)));
    const pictures = new Set(
      this.#files.filter((file) => PICTURE.test(file) && folders.has(dirname(file))),
    );
    if (pictures.size > 0) {
      const names = [...pictures].map((file) => relative(this.root, file));
      this.leftOut.push(`pictures beside DICOM files: ${someNames(names)}`);
    }
    const jobs = this.#files
      .filter((file) => !pictures.has(file))
      .map((file) => ({ path: file, name: nameOf(this.root, file) }));
    for (const folder of topmost(folders)) jobs.push(...(await seriesIn(folder, this.root)));
    return jobs.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  }
}

/** Folders that lie below no other: a series may be spread over the folders below one. */
function topmost(folders: ReadonlySet<string>): string[] {
  return [...folders].filter((folder) => {
    for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
      if (folders.has(above)) return false;
    }
    return true;
  });
}

async function seriesIn(folder: string, root: string): Promise<ImageJob[]> {
  const name = nameOf(root, folder);
  // A folder that cannot be read fails when its image is prepared, and is reported there.
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
