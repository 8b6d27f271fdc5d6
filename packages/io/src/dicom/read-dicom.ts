import { FormatError } from '@omnict/nn';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawImage } from '../nifti/read-nifti';
import type { ReadOptions } from '../read-image';
import { chooseSeries } from './choose-series';
import { decodeSlices } from './decode-slices';
import { readMultiFrame } from './read-multi-frame';
import { regularGrid } from './regular-grid';
import { readSliceHeader, type SliceHeader } from './slice-header';
import { stackSlices } from './stack-slices';

/** Voxels above this are refused before memory is taken: eight times a large chest CT. */
const MAX_VOXELS = 2 ** 31;

/** Voxels a compressed byte may stand for; JPEG 2000 of plain air reaches a few hundred. */
const MAX_VOXELS_PER_BYTE = 4096;

/**
 * Reads a CT series: a folder, with its sub-folders, or one file.
 *
 * Slices are ordered by position, each is rescaled by its own slope and intercept, a tilted gantry is
 * straightened, gaps are handled by policy.
 *
 * @returns HU and geometry as stored; warnings name no patient
 * @throws MissingDataError, UnsupportedError, ConfigError (several series), FormatError (damaged)
 */
export async function readDicom(
  path: string,
  { series, onMissingSlice = 'resample' }: ReadOptions = {},
): Promise<{ image: RawImage; warnings: string[] }> {
  const headers: SliceHeader[] = [];
  for (const file of await filesOf(path)) {
    const header = await readSliceHeader(file);
    if (header !== undefined) headers.push(header);
  }
  const { slices, warnings } = chooseSeries(path, headers, series);
  const [first] = slices as [SliceHeader];
  boundSize(path, slices);
  if (first.frames > 1) {
    const image = await readMultiFrame(path, slices);
    return { image, warnings: [...warnings, ...image.warnings] };
  }
  const stack = stackSlices(path, slices);
  const data = await decodeSlices(path, stack.slices);
  const regular = regularGrid(path, { data, stack, policy: onMissingSlice });
  return {
    image: { ...regular.geometry, data: regular.data, warnings: [] },
    warnings: [...warnings, ...regular.warnings],
  };
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A header can claim any size: it is believed as far as the file's bytes allow. */
function boundSize(path: string, slices: readonly SliceHeader[]): void {
  let total = 0;
  for (const { rows, columns, frames, fileBytes } of slices) {
    const voxels = rows * columns * frames;
    total += voxels;
    if (voxels <= fileBytes * MAX_VOXELS_PER_BYTE && total <= MAX_VOXELS) continue;
    throw new FormatError(
      `${path}: header claims ${columns} x ${rows} x ${frames} pixels in a file of ${fileBytes} bytes; expected a CT series; the file is damaged`,
    );
  }
}
