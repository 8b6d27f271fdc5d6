import { FormatError, OmnictError, UnsupportedError } from '@omnict/nn';
import { type Compression, compressionOf, decodeFrame, type Samples } from './codecs/decode-frame';
import { decodeByItk } from './codecs/itk';
import { fitsInt16, type Numbers } from '../stored-values';
import { FrameSource } from './frame-source';
import type { DicomFile, SliceHeader } from './slice-header';

/** Voxels of ordered slices in HU, `[D, H, W]`. */
export type Voxels = Float32Array | Int16Array;

/** Stored values of one slice, or HU where the decoder has rescaled them. */
interface Plane {
  values: Numbers;
  isHounsfield: boolean;
}

/**
 * Decodes ordered slices to Hounsfield units, each with its own slope and intercept.
 *
 * @returns int16 where all values are whole numbers in its range, else float32
 * @throws FormatError when pixels are cut off or cannot be decoded, UnsupportedError for a transfer
 *   syntax or pixel size that CT does not come in
 */
export async function decodeSlices(slices: readonly SliceHeader[]): Promise<Voxels> {
  const [first] = slices as [SliceHeader];
  const count = first.file.rows * first.file.columns;
  const isWhole = slices.every(
    ({ slope, intercept }) => Number.isInteger(slope) && Number.isInteger(intercept),
  );
  let voxels: Voxels = isWhole
    ? new Int16Array(count * slices.length)
    : new Float32Array(count * slices.length);
  const source = new FrameSource();
  for (const [index, slice] of slices.entries()) {
    const plane = await decodeSlice(slice, source);
    const { slope, intercept } = plane.isHounsfield ? { slope: 1, intercept: 0 } : slice;
    const fits = !plane.isHounsfield && fitsInt16(plane.values, slope, intercept);
    if (voxels instanceof Int16Array && !fits) {
      voxels = Float32Array.from(voxels);
    }
    const target = voxels.subarray(index * count, (index + 1) * count);
    for (let i = 0; i < count; i++) {
      target[i] = slope * (plane.values[i] as number) + intercept;
    }
  }
  return voxels;
}

async function decodeSlice(slice: SliceHeader, source: FrameSource): Promise<Plane> {
  const { file } = slice;
  const compression = compressionOf(file);
  const samples = await samplesOf(slice, compression, source);
  if (samples !== undefined) return { values: valuesOf(samples, file), isHounsfield: false };
  const frame = file.rows * file.columns;
  const all = await decodeByItk(file.path).catch((error: unknown) => {
    throw undecodable(slice, error);
  });
  if (all.length !== frame * file.frames) throw undecodable(slice, undefined);
  const values = all.subarray(slice.frame * frame, (slice.frame + 1) * frame);
  return { values, isHounsfield: true };
}

/** Samples of a frame; undefined for JPEG of 12 bits. */
async function samplesOf(
  slice: SliceHeader,
  compression: Compression,
  source: FrameSource,
): Promise<Samples | undefined> {
  const { file } = slice;
  const sampleBytes = file.bitsAllocated / 8;
  if (![1, 2, 4].includes(sampleBytes)) {
    throw new UnsupportedError(
      `${file.path}: ${file.bitsAllocated} bits a pixel; expected 8, 16 or 32; convert the file`,
    );
  }
  if (compression === 'none') return { bytes: await source.plain(slice), sampleBytes, bits: 0 };
  if (compression === 'deflated') {
    return { bytes: await source.inflated(slice), sampleBytes, bits: 0 };
  }
  if (compression === 'bigEndian') {
    const bytes = Buffer.from((await source.plain(slice)).buffer);
    if (sampleBytes === 2) bytes.swap16();
    if (sampleBytes === 4) bytes.swap32();
    return { bytes, sampleBytes, bits: 0 };
  }
  const encoded = await source.encoded(slice);
  try {
    return await decodeFrame(file, encoded);
  } catch (error) {
    throw OmnictError.isInstance(error) ? error : undecodable(slice, error);
  }
}

/** What decoders throw is often the address of a C++ exception. */
function undecodable({ file, frame }: SliceHeader, cause: unknown): FormatError {
  const problem = cause instanceof RangeError ? ` (${cause.message})` : '';
  return new FormatError(
    `${file.path}: pixels cannot be decoded${problem}; expected ${file.columns} x ${file.rows} grey pixels in frame ${frame + 1}, transfer syntax ${file.transferSyntax}; fetch the file again`,
    { cause },
  );
}

/**
 * Samples as numbers. Bits outside those stored may hold an overlay; a signed value's sign lies in its
 * highest stored bit.
 */
function valuesOf({ bytes, sampleBytes, bits }: Samples, file: DicomFile): Numbers {
  const { isSigned } = file;
  // Typed arrays must begin at a multiple of their element's size.
  const buffer = bytes.byteOffset % sampleBytes === 0 ? bytes : Uint8Array.from(bytes);
  const [from, length] = [buffer.byteOffset, buffer.byteLength / sampleBytes] as const;
  if (sampleBytes === 4) {
    return isSigned
      ? new Int32Array(buffer.buffer, from, length)
      : new Uint32Array(buffer.buffer, from, length);
  }
  const allocated = 8 * sampleBytes;
  const stored = Math.max(file.bitsStored, bits);
  const highBit = bits > 0 ? stored - 1 : file.highBit;
  const values =
    sampleBytes === 1
      ? isSigned
        ? new Int8Array(buffer.buffer, from, length)
        : new Uint8Array(buffer.buffer, from, length)
      : isSigned
        ? new Int16Array(buffer.buffer, from, length)
        : new Uint16Array(buffer.buffer, from, length);
  const isPlausible = stored >= 1 && highBit >= stored - 1 && highBit < allocated;
  if (!isPlausible || stored >= allocated) return values;
  const [left, right] = [31 - highBit, 32 - stored];
  for (let i = 0; i < length; i++) {
    const shifted = (values[i] as number) << left;
    values[i] = isSigned ? shifted >> right : shifted >>> right;
  }
  return values;
}
