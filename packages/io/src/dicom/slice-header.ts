import { FormatError } from '@omnict/nn';
import type { DataSet } from 'dicom-parser';
import dicomParser from 'dicom-parser';
import { readFile } from 'node:fs/promises';

/** What geometry and choice of series need to know of a file. No field names a patient. */
export interface SliceHeader {
  path: string;
  fileBytes: number;
  modality: string;
  isLocalizer: boolean;
  /** Tells series apart; derived from identifiers, so it is compared and never shown. */
  seriesKey: string;
  seriesNumber: number;
  transferSyntax: string;
  rows: number;
  columns: number;
  frames: number;
  /** Patient coordinates `[x, y, z]` of the first pixel's centre, mm LPS. */
  position: readonly number[];
  /** Direction of rows' x, then of columns' y: six cosines. */
  orientation: readonly number[];
  /** `[row, column]` distance of pixels, mm. */
  pixelSpacing: readonly number[];
  sliceThickness: number;
  bitsAllocated: number;
  /** Lowest bits of a pixel that count; the others may hold anything. */
  bitsStored: number;
  isSigned: boolean;
  samplesPerPixel: number;
  slope: number;
  intercept: number;
  /** Where the pixels lie in the file; undefined for a file without any. */
  pixels: { offset: number; length: number; isEncapsulated: boolean } | undefined;
}

/** Tags before the pixels: what is read of each file. */
const PIXEL_DATA = 'x7fe00010';

/** Where a DICOM file says that it is one. */
const MAGIC = { at: 128, text: 'DICM' };

/**
 * Reads a file's header; undefined when it is not DICOM.
 *
 * @throws FormatError for a DICOM file whose header breaks off or is damaged
 */
export async function readSliceHeader(path: string): Promise<SliceHeader | undefined> {
  const bytes = await readFile(path);
  let dataSet: DataSet;
  try {
    dataSet = dicomParser.parseDicom(bytes, { untilTag: PIXEL_DATA });
  } catch (error) {
    const { at, text } = MAGIC;
    if (bytes.toString('latin1', at, at + text.length) !== text) return undefined;
    throw new FormatError(
      `${path}: DICOM header cannot be read; expected whole elements up to the pixels, got ${bytes.length} bytes that break off or are damaged; fetch the file again`,
      { cause: error },
    );
  }
  const numbers = (tag: string): number[] =>
    (dataSet.string(tag) ?? '').split('\\').filter(Boolean).map(Number);
  const number = (tag: string, fallback: number): number => numbers(tag)[0] ?? fallback;
  const pixels = dataSet.elements[PIXEL_DATA];
  const orientation = numbers('x00200037');
  const [rows, columns] = [dataSet.uint16('x00280010') ?? 0, dataSet.uint16('x00280011') ?? 0];
  return {
    path,
    fileBytes: bytes.length,
    modality: dataSet.string('x00080060') ?? '',
    isLocalizer: (dataSet.string('x00080008') ?? '').toUpperCase().includes('LOCALIZER'),
    seriesKey: [dataSet.string('x0020000e'), rows, columns, rounded(orientation)].join('|'),
    seriesNumber: number('x00200011', 0),
    transferSyntax: dataSet.string('x00020010') ?? '',
    rows,
    columns,
    frames: number('x00280008', 1),
    position: numbers('x00200032'),
    orientation,
    pixelSpacing: numbers('x00280030'),
    sliceThickness: number('x00180050', 0),
    bitsAllocated: dataSet.uint16('x00280100') ?? 0,
    bitsStored: dataSet.uint16('x00280101') ?? dataSet.uint16('x00280100') ?? 0,
    isSigned: dataSet.uint16('x00280103') === 1,
    samplesPerPixel: dataSet.uint16('x00280002') ?? 1,
    slope: number('x00281053', 1),
    intercept: number('x00281052', 0),
    pixels: pixels && {
      offset: pixels.dataOffset,
      length: pixels.length,
      isEncapsulated: pixels.encapsulatedPixelData === true || pixels.hadUndefinedLength === true,
    },
  };
}

/** Slices of one stack differ in the last digits only. */
function rounded(cosines: readonly number[]): string {
  return cosines.map((value) => value.toFixed(3)).join(',');
}
