import { FormatError, OmnictError, UnsupportedError } from '@omnict/core';
import { type Compression, compressionOf, decodeFrame, type Samples } from './codecs/decode-frame';
import { decodeByItk } from './codecs/itk';
import type { Numbers } from '../stored-values';
import { areaBytes, type CountedBits, withVoxelKernels } from '../kernels/voxel-kernels';
import { FrameSource } from './frame-source';
import { rescaleOf } from './rescale';
import type { DicomFile, SliceHeader } from './slice-header';

/** Voxels of ordered slices in HU, `[D, H, W]`. */
export type Voxels = Float32Array | Int16Array;

/** Stored values of one slice, and how they become HU. */
interface Plane {
  values: Numbers;
  slope: number;
  intercept: number;
  /** For values of up to 16 bits. */
  bits: CountedBits | undefined;
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
  const isWhole = slices
    .map(rescaleOf)
    .every(({ slope, intercept }) => Number.isInteger(slope) && Number.isInteger(intercept));
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
  const { values, slope, intercept, bits } = plane;
  if (target instanceof Int16Array && bits !== undefined && isPlain(plane)) {
    return rescalePlain(target, plane, bits);
  }
  let isHeld = true;
  for (let i = 0; i < target.length; i++) {
    const raw = values[i] as number;
    const stored = bits === undefined ? raw : ((raw << bits.left) >> bits.right) & bits.mask;
    const hounsfield = slope * stored + intercept;
    target[i] = hounsfield;
    if (target[i] !== hounsfield) isHeld = false;
  }
  return isHeld || target instanceof Float32Array;
}

/** Most CT has whole numbers of 16 bits and a slope of 1, whose sums stay within 32 bits. */
function isPlain({ values, slope, intercept }: Plane): boolean {
  return values.BYTES_PER_ELEMENT === 2 && slope === 1 && Math.abs(intercept) < 2 ** 24;
}

function rescalePlain(
  target: Int16Array,
  { values, intercept }: Plane,
  bits: CountedBits,
): boolean {
  const { buffer, byteOffset, length } = values;
  return withVoxelKernels(areaBytes(length, 2, 2), (kernels) => {
    const [source, hounsfield] = [kernels.int16(length), kernels.int16(length)];
    source.set(new Int16Array(buffer as ArrayBuffer, byteOffset, length));
    if (!kernels.rescale(source, hounsfield, { ...bits, intercept })) return false;
    target.set(hounsfield);
    return true;
  });
}

async function decodeSlice(slice: SliceHeader, source: FrameSource): Promise<Plane> {
  const { file } = slice;
  const compression = compressionOf(file);
  const samples = await samplesOf(slice, compression, source);
  const { slope, intercept } = rescaleOf(slice);
  if (samples !== undefined) return { ...valuesOf(samples, file), slope, intercept };
  const frame = file.rows * file.columns;
  const all = await decodeByItk(file.path).catch((error: unknown) => {
    throw undecodable(slice, error);
  });
  if (all.length !== frame * file.frames) throw undecodable(slice, undefined);
  const values = all.subarray(slice.frame * frame, (slice.frame + 1) * frame);
  return { values, slope: 1, intercept: 0, bits: undefined }; // HU already
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
): Pick<Plane, 'values' | 'bits'> {
  const { isSigned } = file;
  // Typed arrays must begin at a multiple of their element's size.
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % sampleBytes === 0 ? bytes : Uint8Array.from(bytes);
  const Kind = (isSigned ? SIGNED : UNSIGNED)[sampleBytes as 1 | 2 | 4];
  const values = new Kind(buffer as ArrayBuffer, byteOffset, byteLength / sampleBytes);
  if (sampleBytes === 4) return { values, bits: undefined };
  const allocated = 8 * sampleBytes;
  const isPadded = bits > file.bitsStored && fitIn(values, file.bitsStored);
  const claimed = isPadded ? file.bitsStored : Math.max(file.bitsStored, bits);
  const claimedHighBit = bits > 0 ? claimed - 1 : file.highBit;
  const isPlausible = claimed >= 1 && claimedHighBit >= claimed - 1 && claimedHighBit < allocated;
  const [stored, highBit] = isPlausible ? [claimed, claimedHighBit] : [allocated, allocated - 1];
  const mask = isSigned ? -1 : 2 ** stored - 1;
  return { values, bits: { left: 31 - highBit, right: 32 - stored, mask } };
}

/**
 * True when no value uses bits above those stored: then a stream of more bits was only filled up, and
 * a sign lies in the highest bit that the file says.
 */
function fitIn(values: Numbers, bitsStored: number): boolean {
  const end = 2 ** bitsStored;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < 0 || value >= end) return false;
  }
  return bitsStored > 0;
}

const SIGNED = { 1: Int8Array, 2: Int16Array, 4: Int32Array } as const;
const UNSIGNED = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
