import { FormatError } from '@omnict/core';
import type { DataSet } from 'dicom-parser';
import { dirname, join } from 'node:path';

/** Record of a DICOMDIR: a sequence, and the file that one of its items refers to. */
const RECORDS = 'x00041220';
const REFERENCED_FILE = 'x00041500';

/** Storage class of a DICOMDIR. */
const DIRECTORY_CLASS = '1.2.840.10008.1.3.10';

/** True for a DICOMDIR, which lists the files of a medium. */
export function isDirectory(dataSet: DataSet): boolean {
  return dataSet.elements[RECORDS] !== undefined || dataSet.string('x00020002') === DIRECTORY_CLASS;
}

/**
 * Files that a DICOMDIR names, below its own folder.
 *
 * @throws FormatError when a name leads out of that folder
 */
export function filesOfDirectory(path: string, dataSet: DataSet): string[] {
  const items = dataSet.elements[RECORDS]?.items ?? [];
  return items.flatMap(({ dataSet: record }) => {
    const parts = record?.string(REFERENCED_FILE)?.split('\\') ?? [];
    if (parts.length === 0) return []; // a record of a patient, study or series
    if (parts.some((part) => part === '..' || part.includes('/') || part === '')) {
      throw new FormatError(
        `${path}: a record names a file outside its folder; expected files below it; give the folder of the series`,
      );
    }
    return join(dirname(path), ...parts);
  });
}
