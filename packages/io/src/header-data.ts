import { FormatError, UnsupportedError } from '@omnict/core';
import { readWhole } from './read-whole';
import { dirname, join, resolve } from 'node:path';
import { canInflateTo, inflateTo } from './inflate';
import { STORED_BYTES, type StoredType } from './stored-values';

/** Where the voxels behind a text header lie, and how they are packed. */
export interface HeaderData {
  /** File of the header. */
  path: string;
  /** Content of that file. */
  content: Buffer;
  /** Where attached data begin in it. */
  start: number;
  /** Name of a detached data file; undefined for attached data. */
  dataFile: string | undefined;
  encoding: 'raw' | 'deflate' | 'text';
  type: StoredType;
  /** Voxels, all axes. */
  count: number;
  /** Lines, then bytes, before the voxels; -1 bytes: the voxels lie at the end. */
  skip: { lines: number; bytes: number };
}

/**
 * Bytes of the voxels that a NRRD or MetaImage header describes.
 *
 * @returns exactly `count x STORED_BYTES[type]` bytes
 * @throws FormatError when data are missing, too few or damaged
 */
export async function headerData(data: HeaderData): Promise<Buffer> {
  const { path, count, type, encoding, skip } = data;
  const bytes = await packedBytes(data);
  const wanted = count * STORED_BYTES[type];
  const fail = (problem: string): never => {
    throw new FormatError(
      `${path}: ${problem}; expected data for all voxels; fetch the file again`,
    );
  };
  if (encoding === 'text') return textValues(bytes, data, fail);
  let plain = bytes;
  if (encoding === 'deflate') {
    if (!canInflateTo(bytes.length, wanted)) {
      return fail(`header claims ${count} voxels, its data have ${bytes.length} bytes`);
    }
    try {
      const expectedBytes = wanted + Math.max(0, skip.bytes);
      plain = await inflateTo(bytes, { expectedBytes, slackBytes: 2 ** 20 });
    } catch {
      return fail('compressed data break off or are damaged');
    }
  }
  const from = skip.bytes < 0 ? plain.length - wanted : skip.bytes;
  if (from >= 0 && from + wanted <= plain.length) return plain.subarray(from, from + wanted);
  return fail(
    `header claims ${count} voxels of ${type}, ${wanted} bytes; its data have ${plain.length} bytes`,
  );
}

async function packedBytes({ path, content, start, dataFile, skip }: HeaderData): Promise<Buffer> {
  let bytes = dataFile === undefined ? content.subarray(start) : await detached(path, dataFile);
  for (let line = 0; line < skip.lines; line++) bytes = bytes.subarray(bytes.indexOf(10) + 1);
  return bytes;
}

async function detached(path: string, name: string): Promise<Buffer> {
  if (/^LIST\b|%\d*d/.test(name)) {
    throw new UnsupportedError(
      `${path}: its data are a list of files; expected one data file; join them first`,
    );
  }
  const folder = resolve(dirname(path));
  const file = resolve(folder, name);
  if (!file.startsWith(join(folder, '/'))) {
    throw new FormatError(
      `${path}: data file lies outside the header's folder; expected it beside the header; move it there`,
    );
  }
  return readWhole(file).catch((error: unknown) => {
    throw new FormatError(
      `${path}: data file '${name}' is not there; expected it beside the header; copy both files`,
      { cause: error },
    );
  });
}

/** Numbers written out, as the bytes of their type. */
function textValues(
  bytes: Buffer,
  { count, type }: HeaderData,
  fail: (problem: string) => never,
): Buffer {
  if (count > bytes.length) return fail(`${count} voxels cannot stand in ${bytes.length} bytes`);
  const words = bytes.toString('latin1').trim().split(/\s+/);
  if (words.length < count) return fail(`${words.length} numbers for ${count} voxels`);
  const values = Float64Array.from(words.slice(0, count), Number);
  const view = new DataView(new ArrayBuffer(count * STORED_BYTES[type]));
  for (let i = 0; i < count; i++)
    write(view, { type, at: i * STORED_BYTES[type], value: values[i] as number });
  return Buffer.from(view.buffer);
}

function write(
  view: DataView,
  { type, at, value }: { type: StoredType; at: number; value: number },
): void {
  switch (type) {
    case 'int8':
    case 'uint8':
      return view.setUint8(at, value);
    case 'int16':
    case 'uint16':
      return view.setUint16(at, value, true);
    case 'int32':
    case 'uint32':
      return view.setUint32(at, value, true);
    case 'int64':
    case 'uint64':
      return view.setBigInt64(at, BigInt(Math.trunc(value) || 0), true);
    case 'float32':
      return view.setFloat32(at, value, true);
    case 'float64':
      return view.setFloat64(at, value, true);
  }
}
