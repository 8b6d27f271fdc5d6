import { FormatError } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { basename, extname, relative } from 'node:path';
import { filesBelow, someNames } from '../files-below';
import { DamagedHeaderError, type DicomHeader, readHeader, readValuesOf } from './data-set';
import { filesOfDirectory, isDirectory } from './dicom-directory';
import { type SliceHeader, slicesOf } from './slice-header';
import { whyNoDicom } from './why-unreadable';

/** Headers read at once: more than the threads that Node reads files with gains nothing. */
const FILES_AT_ONCE = 8;

/** Names of DICOM files, and names without extension, which most DICOM files have. */
const DICOM_NAME = /(\.(dcm|dicom|ima)|^[^.]+|\.\d+)$/i;

/** A file that should hold a slice and cannot be read. */
export interface UnreadableFile {
  /** Name below the folder, and the reason: `a/3.dcm is empty (0 bytes)`. */
  problem: string;
  /** Series it says it belongs to; undefined when it does not say. */
  series: string | undefined;
  /** Set for a DICOM file that is damaged. */
  error: FormatError | undefined;
}

/** Slices found, and what could not be taken as one. */
export interface FoundSlices {
  headers: SliceHeader[];
  unreadable: UnreadableFile[];
  warnings: string[];
}

/**
 * Headers of all slices at a path: a folder with its sub-folders, the files that a DICOMDIR lists, or
 * one file. Files that cannot be read are told, not thrown: they may belong to another series.
 *
 * @throws FormatError for one file that is damaged or no DICOM, or a DICOMDIR without any of its files
 */
export async function findSlices(path: string): Promise<FoundSlices> {
  if ((await stat(path)).isDirectory()) {
    const { files, warnings } = await filesBelow(path);
    const found = await readHeaders(path, files);
    return { ...found, warnings: [...warnings, ...found.warnings] };
  }
  const header = await readHeader(path);
  if (header === undefined) {
    throw new FormatError(
      `${path}: ${await whyNoDicom(path)}; expected a DICOM file; fetch the file again, or give its folder`,
    );
  }
  if (!isDirectory(header.dataSet)) {
    return { headers: slicesIn(path, header), unreadable: [], warnings: header.warnings };
  }
  return findListed(path, header);
}

async function findListed(path: string, { dataSet }: DicomHeader): Promise<FoundSlices> {
  const { present, missing } = await filesOfDirectory(path, dataSet);
  const total = present.length + missing.length;
  const lack = `${missing.length} of ${total} files of the DICOMDIR are missing: ${someNames(missing)}`;
  if (present.length === 0 && total > 0) {
    throw new FormatError(
      `${path}: ${lack}; expected them below its folder; copy the whole medium`,
    );
  }
  const found = await readHeaders(path, present);
  return missing.length === 0 ? found : { ...found, warnings: [lack, ...found.warnings] };
}

async function readHeaders(root: string, files: readonly string[]): Promise<FoundSlices> {
  const found: (SliceHeader[] | UnreadableFile | 'other' | 'listed')[] = files.map(() => 'listed');
  const warnings = new Map<string, number>();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const file = files[index] as string;
      const name = relative(root, file) || basename(file);
      try {
        const header = await readHeader(file);
        if (header === undefined) found[index] = 'other';
        else if (!isDirectory(header.dataSet)) {
          found[index] = slicesIn(file, header);
          for (const text of header.warnings) warnings.set(text, 1 + (warnings.get(text) ?? 0));
        }
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        const series = error instanceof DamagedHeaderError ? error.series : undefined;
        found[index] = { problem: `${name} is damaged`, series, error };
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  const unreadable = found.filter(
    (one): one is UnreadableFile => typeof one === 'object' && 'problem' in one,
  );
  const { suspects, others } = await sorted(
    root,
    files,
    found.map((one) => one === 'other'),
  );
  const remarks = [...warnings].map(([text, count]) => `${count} files: ${text}`);
  if (others.length > 0)
    remarks.push(`${others.length} other files were left out: ${someNames(others)}`);
  return {
    headers: found.flatMap((one) => (Array.isArray(one) ? one : [])),
    unreadable: [...unreadable, ...suspects],
    warnings: remarks,
  };
}

/** Parts files that are no DICOM: those that are called as if they were, and others. */
async function sorted(
  root: string,
  files: readonly string[],
  isOther: readonly boolean[],
): Promise<{ suspects: UnreadableFile[]; others: string[] }> {
  // Slices may have any extension; what has the same one should be one, too.
  const extensions = new Set(
    files.filter((_, index) => isOther[index] === false).map((file) => extname(file).toLowerCase()),
  );
  const suspects: UnreadableFile[] = [];
  const others: string[] = [];
  for (const file of files.filter((_, index) => isOther[index])) {
    const name = relative(root, file) || basename(file);
    const isSuspect =
      DICOM_NAME.test(basename(file)) || extensions.has(extname(file).toLowerCase());
    if (!isSuspect) others.push(name);
    else
      suspects.push({
        problem: `${name} ${await whyNoDicom(file)}`,
        series: undefined,
        error: undefined,
      });
  }
  return { suspects, others };
}

/** Slices of a header. @throws FormatError where its values break the parser */
function slicesIn(path: string, header: DicomHeader): SliceHeader[] {
  return readValuesOf(path, 'sizes, geometry and rescaling', () => slicesOf(path, header));
}
