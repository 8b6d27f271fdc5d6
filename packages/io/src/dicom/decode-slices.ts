import { FormatError } from '@omnict/nn';
import { readFile } from 'node:fs/promises';
import type { SliceHeader } from './slice-header';

/** Transfer syntaxes whose pixels lie plainly in the file, little endian. */
const PLAIN = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);

/** Voxels of ordered slices in HU, `[D, H, W]`. */
export type Voxels = Float32Array | Int16Array;

/**
 * Decodes the slices of one series to Hounsfield units, each with its own slope and intercept.
 *
 * Plain pixels are read here, because a slice takes 2 ms so and 100 ms through ITK-Wasm, which
 * decodes all compressed ones.
 *
 * @throws FormatError when pixels are cut off or cannot be decoded
 */
export async function decodeSlices(path: string, slices: readonly SliceHeader[]): Promise<Voxels> {
  const isPlain = slices.every(
    ({ transferSyntax, bitsAllocated, samplesPerPixel }) =>
      PLAIN.has(transferSyntax) && bitsAllocated === 16 && samplesPerPixel === 1,
  );
  return isPlain ? decodePlain(path, slices) : decodeCompressed(path, slices);
}

async function decodePlain(path: string, slices: readonly SliceHeader[]): Promise<Voxels> {
  const [first] = slices as [SliceHeader];
  const count = first.rows * first.columns;
  const isWhole = slices.every(
    ({ slope, intercept }) => Number.isInteger(slope) && Number.isInteger(intercept),
  );
  const values = new Float32Array(count * slices.length);
  for (const [
    index,
    { path: file, pixels, isSigned, bitsStored, slope, intercept },
  ] of slices.entries()) {
    const bytes = await readFile(file);
    const offset = pixels?.offset ?? 0;
    if (offset + count * 2 > bytes.length) {
      throw new FormatError(
        `${path}: slice ${index + 1} of ${slices.length} is cut off: ${first.columns} x ${first.rows} pixels need ${count * 2} bytes from byte ${offset} on, the file has ${bytes.length}; fetch it again`,
      );
    }
    // A copy, because typed arrays must begin at an even byte.
    const stored = bytes.buffer.slice(
      bytes.byteOffset + offset,
      bytes.byteOffset + offset + count * 2,
    );
    const plane = isSigned ? new Int16Array(stored) : new Uint16Array(stored);
    dropUnusedBits(plane, bitsStored);
    for (let i = 0, at = index * count; i < count; i++, at++) {
      values[at] = slope * (plane[i] as number) + intercept;
    }
  }
  return isWhole ? narrowed(values) : values;
}

/** Bits above those stored may hold an overlay; a signed value's sign lies in its highest stored bit. */
function dropUnusedBits(plane: Int16Array | Uint16Array, bitsStored: number): void {
  if (bitsStored < 1 || bitsStored >= 16) return;
  const unused = 32 - bitsStored;
  const isSigned = plane instanceof Int16Array;
  for (let i = 0; i < plane.length; i++) {
    const shifted = (plane[i] as number) << unused;
    plane[i] = isSigned ? shifted >> unused : shifted >>> unused;
  }
}

async function decodeCompressed(path: string, slices: readonly SliceHeader[]): Promise<Voxels> {
  const { readImageDicomFileSeriesNode } = await import('@itk-wasm/dicom');
  const files = slices.map(({ path: file }) => file);
  const [first] = slices as [SliceHeader];
  const expected = first.rows * first.columns * first.frames * slices.length;
  let decoded: ArrayLike<number | bigint> | null;
  try {
    const { outputImage } = await readImageDicomFileSeriesNode({
      inputImages: files,
      singleSortedSeries: true,
    });
    decoded = outputImage.data as ArrayLike<number | bigint> | null;
  } catch (error) {
    // What ITK throws is the address of a C++ exception.
    throw new FormatError(
      `${path}: pixels cannot be decoded (transfer syntax ${first.transferSyntax}); expected ${slices.length} whole slices; fetch the series again`,
      { cause: error },
    );
  }
  if (decoded === null || decoded.length !== expected) {
    throw new FormatError(
      `${path}: decoding gave ${decoded?.length ?? 0} pixels; expected ${expected} grey ones; export the series again`,
    );
  }
  return narrowed(decoded instanceof Float32Array ? decoded : Float32Array.from(decoded as never));
}

/** Whole numbers in 16 bits take half the memory. */
function narrowed(values: Float32Array): Voxels {
  const short = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    short[i] = value;
    if (short[i] !== value) return values;
  }
  return short;
}
