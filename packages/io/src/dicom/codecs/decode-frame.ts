import { UnsupportedError } from '@omnict/core';
import type { DicomFile } from '../slice-header';
import { frameSize } from './frame-size';
import { decodeJpegBaseline } from './jpeg-baseline';
import { decodeJpegLossless } from './jpeg-lossless';
import { codestreamOf } from './jpeg2000-boxes';
import { decodeRunLength } from './run-length';
import { decodeByWasm, type WasmCompression } from './wasm-codec';

/** Little-endian samples of one frame. */
export interface Samples {
  bytes: Uint8Array;
  /** 1, 2 or 4. */
  sampleBytes: number;
  /** Bits that count, when the compressed frame says so itself. */
  bits: number;
}

/** How a transfer syntax packs its pixels. */
export type Compression =
  'none' | 'bigEndian' | 'deflated' | 'runLength' | 'jpeg' | 'jpegLossless' | WasmCompression;

/** Transfer syntaxes of DICOM PS3.5, chapter 10, that CT images come in. */
const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  '1.2.840.10008.1.2': 'none',
  '1.2.840.10008.1.2.1': 'none',
  '1.2.840.10008.1.2.1.99': 'deflated',
  '1.2.840.10008.1.2.2': 'bigEndian',
  '1.2.840.10008.1.2.5': 'runLength',
  '1.2.840.10008.1.2.4.50': 'jpeg',
  '1.2.840.10008.1.2.4.51': 'jpeg',
  '1.2.840.10008.1.2.4.53': 'jpeg',
  '1.2.840.10008.1.2.4.55': 'jpeg',
  '1.2.840.10008.1.2.4.57': 'jpegLossless',
  '1.2.840.10008.1.2.4.70': 'jpegLossless',
  '1.2.840.10008.1.2.4.80': 'jpegLs',
  '1.2.840.10008.1.2.4.81': 'jpegLs',
  '1.2.840.10008.1.2.4.90': 'jpeg2000',
  '1.2.840.10008.1.2.4.91': 'jpeg2000',
  '1.2.840.10008.1.2.4.201': 'highThroughputJpeg2000',
  '1.2.840.10008.1.2.4.202': 'highThroughputJpeg2000',
  '1.2.840.10008.1.2.4.203': 'highThroughputJpeg2000',
};

/** Compression of a transfer syntax. @throws UnsupportedError for one that no CT is kept in */
export function compressionOf({ path, transferSyntax }: DicomFile): Compression {
  const compression = COMPRESSIONS[transferSyntax];
  if (compression !== undefined) return compression;
  throw new UnsupportedError(
    `${path}: transfer syntax ${transferSyntax || 'not given'} is not supported; expected plain, deflated, RLE, JPEG, JPEG-LS, JPEG 2000 or HTJ2K; convert the file`,
  );
}

/**
 * Decodes one compressed frame.
 *
 * @returns undefined for JPEG of 12 bits, which none of the decoders here takes
 * @throws RangeError when the frame's size is not the file's, else what the decoder throws
 */
export async function decodeFrame(
  file: DicomFile,
  encoded: Uint8Array,
): Promise<Samples | undefined> {
  const { rows, columns, bitsAllocated } = file;
  const count = rows * columns;
  const compression = compressionOf(file);
  if (compression === 'runLength') {
    const sampleBytes = bitsAllocated / 8;
    return { bytes: decodeRunLength(encoded, { count, sampleBytes }), sampleBytes, bits: 0 };
  }
  const stream = compression === 'jpeg2000' ? codestreamOf(encoded) : encoded;
  const claimed = frameSize(stream);
  if (claimed === undefined || claimed.width !== columns || claimed.height !== rows) {
    throw new RangeError(
      `compressed frame of ${claimed?.width ?? 0} x ${claimed?.height ?? 0} pixels`,
    );
  }
  if (compression === 'jpeg' && claimed.bits > 8) return undefined;
  const bytes = await unpack(compression, stream);
  const sampleBytes = bytes.length / count;
  if (sampleBytes !== 1 && sampleBytes !== 2) {
    throw new RangeError(`${bytes.length} bytes for ${count} pixels`);
  }
  return { bytes, sampleBytes, bits: claimed.bits };
}

async function unpack(compression: Compression, encoded: Uint8Array): Promise<Uint8Array> {
  switch (compression) {
    case 'jpeg':
      return decodeJpegBaseline(encoded);
    case 'jpegLossless':
      return decodeJpegLossless(encoded);
    case 'jpeg2000':
    case 'highThroughputJpeg2000':
    case 'jpegLs':
      return (await decodeByWasm(compression, encoded)).bytes;
    default:
      throw new RangeError(`${compression} is no frame compression`);
  }
}
