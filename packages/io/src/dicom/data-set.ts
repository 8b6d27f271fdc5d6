import { FormatError, OmnictError, RAISE_LIMITS, raisedLimit } from '@omnict/core';
import type { DataSet } from 'dicom-parser';
import { open } from 'node:fs/promises';
import { readRange, readWhole } from '../read-whole';
import { isDicom } from './bare-dicom';
import { type ParsedElements, parseElements, type ParseOptions } from './parse-elements';

/** Pixel data: parsing ends there when only the header is wanted. */
export const PIXEL_DATA = 'x7fe00010';

/** Series that a file belongs to, if its header was read that far. */
const SERIES = 'x0020000e';

/**
 * Bytes read first, and then where the header goes on: most are shorter, and the pixels behind them
 * are left alone.
 */
const HEAD_BYTES = [32_768, 2 ** 24] as const;

/** What a deflated file's elements before the pixels may unpack to. */
const HEADER_BYTES = 2 ** 26;

function headerOnly(): ParseOptions {
  return { untilTag: PIXEL_DATA, maxInflatedBytes: raisedLimit(HEADER_BYTES) };
}

/** Elements of a file up to its pixels. */
export interface DicomHeader {
  dataSet: DataSet;
  transferSyntax: string;
  fileBytes: number;
  warnings: string[];
}

/** A DICOM file whose header breaks off or is damaged. */
export class DamagedHeaderError extends FormatError {
  /** Identifier of its series, where the header was read that far; compared, never shown. */
  readonly series: string | undefined;

  constructor(message: string, { series, cause }: { series: string | undefined; cause: unknown }) {
    super(message, { cause });
    this.series = series;
  }
}

/**
 * Reads a file's elements up to the pixels; undefined when it is not DICOM.
 *
 * @throws DamagedHeaderError for a DICOM file whose header breaks off or is damaged
 */
export async function readHeader(path: string): Promise<DicomHeader | undefined> {
  const file = await open(path);
  let fileBytes = 0;
  try {
    const { size } = await file.stat();
    fileBytes = size;
    for (const most of HEAD_BYTES) {
      const head = Buffer.allocUnsafe(Math.min(size, most));
      await readRange(file, head, { path, from: 0 });
      if (!isDicom(head)) return undefined;
      const { broken, ...parsed } = parseElements(head, headerOnly());
      // A header that ends with the bytes read may go on behind them.
      const isWhole = parsed.dataSet.elements[PIXEL_DATA] !== undefined || size <= most;
      if (broken === undefined && isWhole) return { ...parsed, fileBytes };
      if (size <= most) throw damaged(path, { broken, ...parsed }, size);
    }
  } finally {
    await file.close();
  }
  const { broken, ...parsed } = parseElements(await readWhole(path), headerOnly());
  if (broken === undefined) return { ...parsed, fileBytes };
  throw damaged(path, { broken, ...parsed }, fileBytes);
}

function damaged(path: string, { broken, dataSet }: ParsedElements, bytes: number): FormatError {
  return new DamagedHeaderError(
    `${path}: DICOM header cannot be read; expected whole elements up to the pixels, got ${bytes} bytes that break off or are damaged; fetch the file again`,
    { series: seriesIn(dataSet), cause: broken },
  );
}

function seriesIn(dataSet: DataSet): string | undefined {
  try {
    return dataSet.string(SERIES);
  } catch {
    return undefined; // the damage lies there
  }
}

/**
 * Parses a whole file, fragments of compressed pixels included.
 *
 * @param options what deflated bytes may unpack to, where the header was read before
 * @throws FormatError
 */
export function parseWhole(
  path: string,
  bytes: Buffer,
  options: Pick<ParseOptions, 'maxInflatedBytes'> = {},
): DicomHeader {
  const { broken, ...parsed } = parseElements(bytes, options);
  if (broken === undefined) return { ...parsed, fileBytes: bytes.length };
  if ((broken as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    throw new FormatError(
      `${path}: unpacks to more than its header says or a limit allows; expected the frames that it claims; ${RAISE_LIMITS}`,
      { cause: broken },
    );
  }
  throw new FormatError(
    `${path}: DICOM elements cannot be read; expected a whole file, got ${bytes.length} bytes that break off or are damaged; fetch the file again`,
    { cause: broken },
  );
}

/**
 * Runs what reads elements' values: the parser throws texts where damage has made a value reach beyond
 * the file.
 *
 * @throws FormatError in place of what is none of our errors
 */
export function readValuesOf<T>(path: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (OmnictError.isInstance(error)) throw error;
    throw new FormatError(
      `${path}: holds values that cannot be read; expected ${expected}; fetch the file again`,
      { cause: error },
    );
  }
}
