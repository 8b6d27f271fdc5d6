import type { FileHandle } from 'node:fs/promises';
import { readRange } from './read-whole';
import { type Storage, STORED_BYTES, type Values, valuesOf } from './stored-values';

/** Bytes up to which voxels are read at once and used in place. */
const WHOLE_BYTES = 2 ** 30;

/** Bytes converted at once of larger files; a multiple of any voxel's. */
const PIECE_BYTES = 2 ** 26;

/**
 * Reads voxels from a range of a file. Large ones are converted piece by piece, so that memory holds
 * the values but not the file.
 *
 * @returns as valuesOf: int16 only where all pieces are
 * @throws FormatError when the file ends before
 */
export async function readValues(
  file: FileHandle,
  { path, from, bytes }: { path: string; from: number; bytes: number },
  storage: Storage,
): Promise<Values> {
  if (bytes <= WHOLE_BYTES) {
    const block = Buffer.from(new ArrayBuffer(bytes));
    await readRange(file, block, { path, from });
    return valuesOf(block, storage);
  }
  const width = STORED_BYTES[storage.type];
  let values: Values | undefined;
  const piece = Buffer.from(new ArrayBuffer(PIECE_BYTES));
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    const part = piece.subarray(0, Math.min(PIECE_BYTES, bytes - at));
    await readRange(file, part, { path, from: from + at });
    const converted = valuesOf(part, storage);
    if (values === undefined) values = emptyLike(converted, bytes / width);
    if (!(values instanceof Float32Array) && converted instanceof Float32Array) {
      values = Float32Array.from(values);
    }
    values.set(converted, at / width);
  }
  return values as Values;
}

function emptyLike(values: Values, length: number): Values {
  if (values instanceof Float32Array) return new Float32Array(length);
  return values instanceof Int16Array ? new Int16Array(length) : new Uint8Array(length);
}
