import { FormatError } from '@omnict/core';
import type { DataSet } from 'dicom-parser';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Record of a DICOMDIR: a sequence, and the file that one of its items refers to. */
const RECORDS = 'x00041220';
const REFERENCED_FILE = 'x00041500';

/** Storage class of a DICOMDIR. */
const DIRECTORY_CLASS = '1.2.840.10008.1.3.10';

/** True for a DICOMDIR, which lists the files of a medium. */
export function isDirectory(dataSet: DataSet): boolean {
  if (dataSet.elements[RECORDS] !== undefined) return true;
  try {
    return dataSet.string('x00020002') === DIRECTORY_CLASS;
  } catch {
    return false; // damaged: what reads the slices says so
  }
}

/** Files that a DICOMDIR names. */
export interface DirectoryFiles {
  /** Paths of those that are there. */
  present: string[];
  /** Names of the others, as the DICOMDIR has them. */
  missing: string[];
}

/**
 * Files that a DICOMDIR names, below its own folder. Its names are upper case without extension; copies
 * of a medium often are not.
 *
 * @throws FormatError when a name leads out of that folder
 */
export async function filesOfDirectory(path: string, dataSet: DataSet): Promise<DirectoryFiles> {
  const folders = new Map<string, ReadonlyMap<string, string>>();
  const files: DirectoryFiles = { present: [], missing: [] };
  for (const parts of namesOf(path, dataSet)) {
    let place: string | undefined = dirname(path);
    for (const part of parts) {
      if (place === undefined) break;
      const entries: ReadonlyMap<string, string> = folders.get(place) ?? (await entriesOf(place));
      folders.set(place, entries);
      const name: string | undefined =
        entries.get(part) ?? entries.get(part.toLowerCase()) ?? entries.get(bare(part));
      place = name === undefined ? undefined : join(place, name);
    }
    if (place === undefined) files.missing.push(parts.join('/'));
    else files.present.push(place);
  }
  return files;
}

function namesOf(path: string, dataSet: DataSet): string[][] {
  const items = dataSet.elements[RECORDS]?.items ?? [];
  return items.flatMap(({ dataSet: record }) => {
    const parts =
      record
        ?.string(REFERENCED_FILE)
        ?.split('\\')
        .map((part) => part.trim()) ?? [];
    if (parts.length === 0) return []; // a record of a patient, study or series
    if (parts.some((part) => part === '..' || part.includes('/') || part === '')) {
      throw new FormatError(
        `${path}: a record names a file outside its folder; expected files below it; give the folder of the series`,
      );
    }
    return [parts];
  });
}

/** Names in a folder: as they are, in lower case, and without `.dcm` or a version (`;1`). */
async function entriesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch((): string[] => []);
  const entries = new Map<string, string>();
  for (const name of names) {
    if (!entries.has(bare(name))) entries.set(bare(name), name);
  }
  for (const name of names) entries.set(name.toLowerCase(), name);
  for (const name of names) entries.set(name, name);
  return entries;
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/;\d+$/, '')
    .replace(/\.(dcm|dicom|ima)$/, '');
}
