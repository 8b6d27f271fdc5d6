import { stat } from 'node:fs/promises';
import { readHeader } from '../dicom/data-set';
import { filesBelow } from '../files-below';
import { isSegmentation } from './read-dicom-segmentation';

/** The first DICOM SEG at a path: a file, or one in a folder; undefined when there is none. */
export async function findSegmentation(path: string): Promise<string | undefined> {
  const files = (await stat(path)).isDirectory() ? (await filesBelow(path)).files : [path];
  for (const file of files) {
    const header = await readHeader(file);
    if (header !== undefined && isSegmentation(header.dataSet)) return file;
  }
  return undefined;
}
