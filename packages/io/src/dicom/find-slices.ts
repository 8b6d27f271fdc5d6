import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readHeader } from './data-set';
import { filesOfDirectory, isDirectory } from './dicom-directory';
import { type SliceHeader, slicesOf } from './slice-header';

/** Headers read at once: more than the threads that Node reads files with gains nothing. */
const FILES_AT_ONCE = 8;

/** Slices found, and remarks about files that are not there. */
export interface FoundSlices {
  headers: SliceHeader[];
  warnings: string[];
}

/**
 * Headers of all slices at a path: a folder with its sub-folders, the files that a DICOMDIR lists, or
 * one file.
 *
 * @throws FormatError for a damaged DICOM file
 */
export async function findSlices(path: string): Promise<FoundSlices> {
  if ((await stat(path)).isDirectory()) return readHeaders(await filesBelow(path));
  const header = await readHeader(path);
  if (header === undefined) return { headers: [], warnings: [] };
  if (!isDirectory(header.dataSet)) return { headers: slicesOf(path, header), warnings: [] };
  const named = filesOfDirectory(path, header.dataSet);
  const present = await Promise.all(
    named.map((file) =>
      stat(file).then(
        (stats) => stats.isFile(),
        () => false,
      ),
    ),
  );
  const missing = present.filter((isThere) => !isThere).length;
  const { headers } = await readHeaders(named.filter((_, index) => present[index]));
  return {
    headers,
    warnings:
      missing === 0 ? [] : [`${missing} of ${named.length} files of the DICOMDIR are missing`],
  };
}

/** All files below a folder, in order of their paths. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function readHeaders(files: readonly string[]): Promise<FoundSlices> {
  const found: SliceHeader[][] = files.map(() => []);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const file = files[index] as string;
      const header = await readHeader(file);
      if (header === undefined || isDirectory(header.dataSet)) continue;
      found[index] = slicesOf(file, header);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  return { headers: found.flat(), warnings: [] };
}
