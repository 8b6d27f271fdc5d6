import {
  float16ToFloat32,
  float32ToFloat16,
  FormatError,
  UnsupportedError,
  writeFileAtomic,
} from '@omnict/core';
import { readWhole } from './read-whole';

/** A NumPy array in row-major order. */
export interface NpyArray {
  data: Float32Array | Int16Array | Uint8Array | Int32Array;
  shape: number[];
  /** Set where stored numbers had no sign: then they hold no HU as they are. */
  unsignedBits?: 8 | 16;
}

/** Magic bytes of every .npy file. */
const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);

/** Headers are a short dict; a longer one is no array of numbers. */
const MAX_HEADER_BYTES = 65_536;

/** Bytes per element of the types we read, by NumPy's code without byte order. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  f2: 2,
  f4: 4,
  f8: 8,
  i2: 2,
  i4: 4,
  i8: 8,
  u1: 1,
  u2: 2,
  u4: 4,
  u8: 8,
  i1: 1,
  b1: 1,
};

/**
 * Writes an array as .npy, float32 data optionally as float16. The file appears whole or not at all.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function writeNpy(
  path: string,
  { data, shape }: { data: NpyArray['data']; shape: readonly number[] },
  { float16 = false }: { float16?: boolean } = {},
): Promise<void> {
  const stored = float16 && data instanceof Float32Array ? float32ToFloat16(data) : data;
  const code = stored instanceof Uint16Array ? '<f2' : typeCode(stored);
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${code}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // The data starts at a multiple of 64 bytes, as NumPy aligns it.
  const padding = (64 - ((10 + dict.length + 1) % 64)) % 64;
  const header = Buffer.from(`${dict}${' '.repeat(padding)}\n`, 'latin1');
  const prefix = Buffer.concat([
    MAGIC,
    Buffer.from([1, 0, header.length & 255, header.length >> 8]),
  ]);
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  await writeFileAtomic(path, Buffer.concat([prefix, header, bytes]));
}

/**
 * Reads a .npy file; Fortran order comes back row-major, float16 and float64 as float32, whole
 * numbers of more than 16 bits as int32 where they fit, else as float32.
 *
 * @throws FormatError for damaged files, UnsupportedError for other element types
 */
export async function readNpy(path: string): Promise<NpyArray> {
  return parseNpy(await readWhole(path), path);
}

/** Parses the content of a .npy file. @throws FormatError, UnsupportedError */
export function parseNpy(bytes: Buffer, path: string): NpyArray {
  const fail = (problem: string): never => {
    throw new FormatError(`${path}: ${problem}; expected a whole .npy file; save it again`);
  };
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(MAGIC))
    return fail('has no .npy magic bytes');
  const isVersion1 = bytes[6] === 1;
  const headerStart = isVersion1 ? 10 : 12;
  const headerLength = isVersion1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (headerLength > MAX_HEADER_BYTES || headerStart + headerLength > bytes.length) {
    return fail(`header length ${headerLength} is impossible`);
  }
  const header = bytes.toString('latin1', headerStart, headerStart + headerLength);
  const order = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header);
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (shapeText === undefined) return fail('header has no shape');
  const elementBytes = ELEMENT_BYTES[order?.[2] ?? ''];
  if (order === null || elementBytes === undefined) {
    throw new UnsupportedError(
      `${path}: element type is not supported; expected one of ${Object.keys(ELEMENT_BYTES).join(', ')}, got ${/'descr':\s*([^,]*)/.exec(header)?.[1] ?? 'none'}; convert it to float32`,
    );
  }
  const shape = shapeText
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(Number);
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0))
    return fail(`shape (${shapeText}) is impossible`);
  const count = shape.reduce((product, length) => product * length, 1);
  const start = headerStart + headerLength;
  if (start + count * elementBytes > bytes.length) {
    return fail(
      `${count} elements need ${count * elementBytes} bytes, ${bytes.length - start} are there`,
    );
  }
  const raw = Buffer.from(bytes.subarray(start, start + count * elementBytes));
  if (order[1] === '>') swapBytes(raw, elementBytes);
  const code = order[2] as string;
  const data = decode(raw, code);
  return {
    data: /'fortran_order':\s*True/.test(header) ? toRowMajor(data, shape) : data,
    shape,
    ...(code === 'u1' ? { unsignedBits: 8 as const } : {}),
    ...(code === 'u2' ? { unsignedBits: 16 as const } : {}),
  };
}

function typeCode(data: NpyArray['data']): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Int32Array) return '<i4';
  return data instanceof Int16Array ? '<i2' : '|u1';
}

function swapBytes(raw: Buffer, elementBytes: number): void {
  if (elementBytes === 2) raw.swap16();
  if (elementBytes === 4) raw.swap32();
  if (elementBytes === 8) raw.swap64();
}

function decode(raw: Buffer, code: string): NpyArray['data'] {
  const buffer = raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
  switch (code) {
    case 'f4':
      return new Float32Array(buffer);
    case 'f2':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'f8':
      return Float32Array.from(new Float64Array(buffer));
    case 'i2':
      return new Int16Array(buffer);
    case 'i4':
      return new Int32Array(buffer);
    case 'i1':
      return Int16Array.from(new Int8Array(buffer));
    case 'u2':
      return Int32Array.from(new Uint16Array(buffer));
    case 'u4':
      return whole(new Uint32Array(buffer));
    case 'i8':
      return whole(Float64Array.from(new BigInt64Array(buffer), Number));
    case 'u8':
      return whole(Float64Array.from(new BigUint64Array(buffer), Number));
    default:
      return new Uint8Array(buffer); // u1, b1
  }
}

/** Whole numbers in 32 bits where they fit, else rounded to floats. */
function whole(values: Uint32Array | Float64Array): Int32Array | Float32Array {
  const fits = values.every((value) => value >= -(2 ** 31) && value < 2 ** 31);
  return fits ? Int32Array.from(values) : Float32Array.from(values);
}

/** First axis fastest to last axis fastest. */
function toRowMajor(data: NpyArray['data'], shape: readonly number[]): NpyArray['data'] {
  const output = data.slice();
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, n) => product * n, 1),
  );
  const position = shape.map(() => 0);
  for (let index = 0; index < data.length; index++) {
    output[index] = data[
      position.reduce((sum, p, axis) => sum + p * (strides[axis] as number), 0)
    ] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] as number) + 1;
      if ((position[axis] as number) < (shape[axis] as number)) break;
      position[axis] = 0;
    }
  }
  return output;
}
