import { FormatError, OmnictError, UnsupportedError } from '@omnict/nn';
import { type Compression, compressionOf, decodeFrame, type Samples } from './codecs/decode-frame';
import { decodeByItk } from './codecs/itk';
import type { Numbers } from '../stored-values';
import { FrameSource } from './frame-source';
import type { DicomFile, SliceHeader } from './slice-header';

/** Voxels of ordered slices in HU, `[D, H, W]`. */
export type Voxels = Float32Array | Int16Array;

/** Stored values of one slice, and how they become HU. */
interface Plane {
  values: Numbers;
  slope: number;
  intercept: number;
  /** Bits to shift left, then right, so that only those stored are left; for up to 16 bits. */
  shift: readonly [left: number, right: number] | undefined;
  isSigned: boolean;
}

/** First whole number that int16 cannot hold. */
const INT16_LIMIT = 32_768;

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
    const part = [index * count, (index + 1) * count] as const;
    if (voxels instanceof Int16Array && rescaleInto(voxels.subarray(...part), plane)) continue;
    if (voxels instanceof Int16Array) voxels = Float32Array.from(voxels);
    rescaleInto(voxels.subarray(...part), plane);
  }
  return voxels;
}

/** Stored values to HU. @returns whether the target could hold every value */
function rescaleInto(target: Voxels, plane: Plane): boolean {
  const { values, slope, intercept, shift, isSigned } = plane;
  if (target instanceof Int16Array && slope === 1 && shift !== undefined) {
    return isSigned ? addSigned(target, plane, shift) : addUnsigned(target, plane, shift);
  }
  const [left, right] = shift ?? [0, 0];
  const isPart = right > 0;
  let isHeld = true;
  for (let i = 0; i < target.length; i++) {
    let value = values[i] as number;
    if (isPart) value = isSigned ? (value << left) >> right : (value << left) >>> right;
    const hounsfield = slope * value + intercept;
    target[i] = hounsfield;
    if (target[i] !== hounsfield) isHeld = false;
  }
  return isHeld || target instanceof Float32Array;
}

// Most CT has a slope of 1. Whole numbers alone, and no branch inside, are three times as fast.

function addSigned(
  target: Int16Array,
  { values, intercept }: Plane,
  [left, right]: readonly [number, number],
): boolean {
  let all = 0;
  for (let i = 0; i < target.length; i++) {
    const hounsfield = (((values[i] as number) << left) >> right) + intercept;
    all |= hounsfield + INT16_LIMIT; // 16 bits for what int16 holds
    target[i] = hounsfield;
  }
  return all >>> 16 === 0;
}

function addUnsigned(
  target: Int16Array,
  { values, intercept }: Plane,
  [left, right]: readonly [number, number],
): boolean {
  let all = 0;
  for (let i = 0; i < target.length; i++) {
    const hounsfield = (((values[i] as number) << left) >>> right) + intercept;
    all |= hounsfield + INT16_LIMIT;
    target[i] = hounsfield;
  }
  return all >>> 16 === 0;
}

async function decodeSlice(slice: SliceHeader, source: FrameSource): Promise<Plane> {
  const { file } = slice;
  const compression = compressionOf(file);
  const samples = await samplesOf(slice, compression, source);
  const { slope, intercept } = slice;
  if (samples !== undefined) return { ...valuesOf(samples, file), slope, intercept };
  const frame = file.rows * file.columns;
  const all = await decodeByItk(file.path).catch((error: unknown) => {
    throw undecodable(slice, error);
  });
  if (all.length !== frame * file.frames) throw undecodable(slice, undefined);
  const values = all.subarray(slice.frame * frame, (slice.frame + 1) * frame);
  return { values, slope: 1, intercept: 0, shift: undefined, isSigned: true }; // HU already
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
function valuesOf(
  { bytes, sampleBytes, bits }: Samples,
  file: DicomFile,
): Pick<Plane, 'values' | 'shift' | 'isSigned'> {
  const { isSigned } = file;
  // Typed arrays must begin at a multiple of their element's size.
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % sampleBytes === 0 ? bytes : Uint8Array.from(bytes);
  const Kind = (isSigned ? SIGNED : UNSIGNED)[sampleBytes as 1 | 2 | 4];
  const values = new Kind(buffer as ArrayBuffer, byteOffset, byteLength / sampleBytes);
  const allocated = 8 * sampleBytes;
  const stored = Math.max(file.bitsStored, bits);
  const highBit = bits > 0 ? stored - 1 : file.highBit;
  const isPlausible = stored >= 1 && highBit >= stored - 1 && highBit < allocated;
  if (sampleBytes === 4) return { values, isSigned, shift: undefined };
  const whole = [32 - allocated, 32 - allocated] as const;
  return { values, isSigned, shift: isPlausible ? [31 - highBit, 32 - stored] : whole };
}

const SIGNED = { 1: Int8Array, 2: Int16Array, 4: Int32Array } as const;
const UNSIGNED = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
