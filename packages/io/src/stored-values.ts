/** Type of a stored voxel: signed or unsigned whole number, or float, with its bits. */
export type StoredType =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

/** How voxels are stored. */
export interface Storage {
  type: StoredType;
  littleEndian: boolean;
  /** Value = slope x stored + intercept. */
  slope?: number;
  intercept?: number;
}

/** Bytes of one voxel. */
export const STORED_BYTES: Readonly<Record<StoredType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
};

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Values that volumes and label maps are made of. */
export type Values = Float32Array | Int16Array | Uint8Array;

/** Stored values that are numbers. */
export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** First whole number that int16 cannot hold. */
const INT16_LIMIT = 32_768;

/**
 * Stored bytes as values: bytes stay bytes, whole numbers in 16 bits become int16, all else float32.
 *
 * The bytes are used in place where their order and alignment allow: a CT of half a gigabyte is not
 * copied.
 *
 * @param bytes exactly the voxels, `count x STORED_BYTES[type]`
 */
export function valuesOf(
  bytes: Buffer,
  { type, littleEndian, slope = 1, intercept = 0 }: Storage,
): Values {
  const width = STORED_BYTES[type];
  const isAligned = bytes.byteOffset % width === 0;
  const isSwapped = !littleEndian && width > 1;
  const own = isAligned && !isSwapped ? bytes : alignedCopy(bytes);
  if (isSwapped) swap(own, width);
  const buffer = own.buffer as ArrayBuffer;
  const stored = new ARRAYS[type](buffer, own.byteOffset, own.byteLength / width);
  const numbers =
    stored instanceof BigInt64Array || stored instanceof BigUint64Array
      ? Float64Array.from(stored, Number)
      : stored;
  const isPlain = slope === 1 && intercept === 0;
  if (isPlain && isFinal(numbers)) return numbers;
  return rescaled(numbers, slope, intercept);
}

function isFinal(numbers: Numbers): numbers is Values {
  return (
    numbers instanceof Uint8Array ||
    numbers instanceof Int16Array ||
    numbers instanceof Float32Array
  );
}

/** `slope x stored + intercept`, as int16 where every value is a whole number in its range. */
export function rescaled(
  stored: Numbers,
  slope: number,
  intercept: number,
): Float32Array | Int16Array {
  const isFloat = stored instanceof Float32Array || stored instanceof Float64Array;
  const isWhole = !isFloat && Number.isInteger(slope) && Number.isInteger(intercept);
  const values =
    isWhole && fitsInt16(stored, slope, intercept)
      ? new Int16Array(stored.length)
      : new Float32Array(stored.length);
  for (let i = 0; i < values.length; i++) values[i] = slope * (stored[i] as number) + intercept;
  return values;
}

/** True when all whole numbers, rescaled by whole numbers, lie in the range of int16. */
function fitsInt16(stored: Numbers, slope: number, intercept: number): boolean {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const ends = [slope * low + intercept, slope * high + intercept];
  return Math.min(...ends) >= -INT16_LIMIT && Math.max(...ends) < INT16_LIMIT;
}

function alignedCopy(bytes: Buffer): Buffer {
  const copy = Buffer.from(new ArrayBuffer(bytes.length)); // begins at 0, unlike a pooled buffer
  bytes.copy(copy);
  return copy;
}

function swap(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else bytes.swap64();
}
