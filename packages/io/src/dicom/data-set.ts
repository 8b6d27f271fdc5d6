import { FormatError } from '@omnict/core';
import dicomParser, { type DataSet } from 'dicom-parser';
import { open, readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';

/** Pixel data: parsing ends there when only the header is wanted. */
export const PIXEL_DATA = 'x7fe00010';

/** Where a DICOM file says that it is one. */
const MAGIC = { at: 128, text: 'DICM' };

/** Bytes read first: most headers are shorter, and the pixels behind them are left alone. */
const HEAD_BYTES = 32_768;

/** What a deflated file may unpack to: a multi-frame CT of 2048 slices. */
const MAX_INFLATED_BYTES = 2 ** 30;

/** Elements of a file up to its pixels. */
export interface DicomHeader {
  dataSet: DataSet;
  fileBytes: number;
}

/**
 * Reads a file's elements up to the pixels; undefined when it is not DICOM.
 *
 * @throws FormatError for a DICOM file whose header breaks off or is damaged
 */
export async function readHeader(path: string): Promise<DicomHeader | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.allocUnsafe(Math.min(size, HEAD_BYTES));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (!isDicom(head.subarray(0, bytesRead))) return undefined;
    const dataSet = headerIn(head);
    // A header that ends with the bytes read may go on behind them.
    if (dataSet?.elements[PIXEL_DATA] !== undefined || (dataSet && size <= HEAD_BYTES)) {
      return { dataSet, fileBytes: size };
    }
  } finally {
    await file.close();
  }
  const bytes = await readFile(path);
  try {
    const dataSet = dicomParser.parseDicom(bytes, { untilTag: PIXEL_DATA, inflater });
    return { dataSet, fileBytes: bytes.length };
  } catch (error) {
    throw new FormatError(
      `${path}: DICOM header cannot be read; expected whole elements up to the pixels, got ${bytes.length} bytes that break off or are damaged; fetch the file again`,
      { cause: error },
    );
  }
}

/** Parses a whole file, fragments of compressed pixels included. @throws FormatError */
export function parseWhole(path: string, bytes: Buffer): DataSet {
  try {
    return dicomParser.parseDicom(bytes, { inflater });
  } catch (error) {
    throw new FormatError(
      `${path}: DICOM elements cannot be read; expected a whole file, got ${bytes.length} bytes that break off or are damaged; fetch the file again`,
      { cause: error },
    );
  }
}

/** True for bytes that begin as DICOM files do. */
export function isDicom(bytes: Buffer): boolean {
  return bytes.toString('latin1', MAGIC.at, MAGIC.at + MAGIC.text.length) === MAGIC.text;
}

function headerIn(head: Buffer): DataSet | undefined {
  try {
    return dicomParser.parseDicom(head, { untilTag: PIXEL_DATA, inflater });
  } catch {
    return undefined; // longer than the bytes at hand, or damaged: the whole file tells
  }
}

function inflater(bytes: Uint8Array, position: number): Uint8Array {
  const inflated = inflateRawSync(bytes.subarray(position), {
    maxOutputLength: MAX_INFLATED_BYTES,
  });
  return Buffer.concat([bytes.subarray(0, position), inflated]);
}
