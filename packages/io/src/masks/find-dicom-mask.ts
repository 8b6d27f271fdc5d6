import { FormatError } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { readHeader } from '../dicom/data-set';
import { filesBelow } from '../files-below';
import { isSegmentation } from './read-dicom-segmentation';
import { isStructureSet } from './read-structure-set';

/** A DICOM file that holds masks: voxels (SEG) or contours (RTSTRUCT). */
export interface DicomMask {
  path: string;
  kind: 'SEG' | 'RTSTRUCT';
}

/** The first DICOM SEG or RTSTRUCT at a path: a file, or one in a folder; undefined when there is none. */
export async function findDicomMask(path: string): Promise<DicomMask | undefined> {
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? (await filesBelow(path)).files : [path];
  for (const file of files) {
    const header = await readHeader(file).catch((error: unknown) => {
      if (isFolder && error instanceof FormatError) return undefined; // another one may be sound
      throw error;
    });
    if (header === undefined) continue;
    if (isSegmentation(header.dataSet)) return { path: file, kind: 'SEG' };
    if (isStructureSet(header.dataSet)) return { path: file, kind: 'RTSTRUCT' };
  }
  return undefined;
}
