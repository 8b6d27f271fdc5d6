import { FormatError } from '@omnict/core';
import type { RawImage } from '../nifti/read-nifti';
import type { ReadOptions } from '../read-image';
import { someNames } from '../files-below';
import { type ChosenSeries, chooseSeries, type SeriesFacts, seriesFacts } from './choose-series';
import { withoutCopies } from './copies';
import { decodeSlices, type Voxels } from './decode-slices';
import { findSlices, type UnreadableFile } from './find-slices';
import { checkPolicies, hasGaps, regularGrid } from './regular-grid';
import { inHounsfield, rescaleOf } from './rescale';
import type { SliceHeader } from './slice-header';
import { type Stack, stackSlices } from './stack-slices';

/** Voxels above this are refused before memory is taken: eight times a large chest CT. */
const MAX_VOXELS = 2 ** 31;

/** Voxels a compressed byte may stand for; JPEG 2000 of plain air reaches a few hundred. */
const MAX_VOXELS_PER_BYTE = 4096;

/**
 * Reads a CT series: a folder with its sub-folders, a DICOMDIR, one file, or one enhanced multi-frame
 * file.
 *
 * Slices are ordered by position, each is rescaled by its own slope and intercept, a tilted gantry is
 * straightened, gaps are handled by policy.
 *
 * @returns HU and geometry as stored; warnings name no patient
 * @throws MissingDataError, UnsupportedError, ConfigError (several series), FormatError (damaged)
 */
export async function readDicom(
  path: string,
  { series, onMissingSlice = 'resample', onTilt = 'shear', assume }: ReadOptions = {},
): Promise<{ image: RawImage; warnings: string[] }> {
  const found = await findSlices(path);
  const chosen = chooseSeries(path, found, series);
  boundSize(path, chosen.slices);
  const scaled = inHounsfield(path, chosen.slices, assume !== undefined);
  const distinct = await withoutCopies(path, scaled.slices);
  const stack = stackSlices(path, distinct.slices);
  checkUnreadable(path, found.unreadable, { chosen, stack });
  checkPolicies(path, stack, { onMissingSlice, onTilt });
  const data = await decodeSlices(stack.slices);
  const parts = [found, chosen, scaled, distinct, stack];
  const warnings = parts.flatMap((part) => part.warnings);
  warnings.push(...paddingWarnings(data, stack.slices));
  const regular = regularGrid({ data, stack }, { onMissingSlice });
  return {
    image: { ...regular.geometry, data: regular.data, warnings: [] },
    warnings: [...warnings, ...regular.warnings],
  };
}

/**
 * Series of a folder, DICOMDIR or file, with the numbers to choose them by, and why others are
 * refused.
 *
 * @throws FormatError for a damaged DICOM file
 */
export async function listSeries(path: string): Promise<SeriesFacts[]> {
  return seriesFacts((await findSlices(path)).headers);
}

/**
 * Refuses a series that lacks slices which may be those that cannot be read: what is damaged is
 * not replaced by an interpolation.
 *
 * @throws FormatError naming the files
 */
function checkUnreadable(
  path: string,
  unreadable: readonly UnreadableFile[],
  { chosen, stack }: { chosen: ChosenSeries; stack: Stack },
): void {
  const own = stack.slices[0]?.seriesIdentifier;
  const damaged = unreadable.find(
    ({ error, series }) =>
      error !== undefined && (series === undefined ? !chosen.isOneOfSeveral : series === own),
  );
  if (damaged?.error !== undefined) throw damaged.error;
  const suspects = unreadable.filter(({ series }) => series === undefined);
  if (suspects.length === 0 || !hasGaps(stack)) return;
  throw new FormatError(
    `${path}: slices are missing, and ${someNames(suspects.map(({ problem }) => problem))}; expected a whole series; fetch these files again, or take them away to have the gaps filled`,
  );
}

/** A header can claim any size: it is believed as far as the file's bytes allow. */
function boundSize(path: string, slices: readonly SliceHeader[]): void {
  let total = 0;
  for (const { file } of slices) {
    const voxels = file.rows * file.columns;
    total += voxels;
    if (voxels * file.frames <= file.fileBytes * MAX_VOXELS_PER_BYTE && total <= MAX_VOXELS) {
      continue;
    }
    throw new FormatError(
      `${path}: header claims ${file.columns} x ${file.rows} x ${file.frames} pixels in a file of ${file.fileBytes} bytes; expected a CT series; the file is damaged`,
    );
  }
}

/** Scanners fill what lies outside the field of view with a value below air. */
const AIR_HU = -1024;

/** Padding stays as other readers return it; the window of preparation makes it air. */
function paddingWarnings(data: Voxels, slices: readonly SliceHeader[]): string[] {
  const [first] = slices as [SliceHeader];
  const { padding } = first;
  if (padding === undefined) return [];
  const { slope, intercept } = rescaleOf(first);
  const value = slope * padding + intercept;
  if (value >= AIR_HU) return [];
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] === value) count++;
  if (count === 0) return [];
  const share = ((100 * count) / data.length).toFixed(1);
  return [`${share} % of the voxels are padding of ${value} HU outside the field of view`];
}
