import { FormatError, UnsupportedError } from '@omnict/core';
import { readWhole } from './read-whole';
import { inflateRawSync } from 'node:zlib';
import { type NpyArray, parseNpy } from './npy-format';

/** Records of a ZIP file, by their first four bytes. */
const LOCAL_FILE = 0x04034b50;
const CENTRAL_FILE = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** Bytes of the last record without its comment, and the longest comment. */
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;

/** Ways to store a member: as it is, or deflated. NumPy writes no other. */
const STORED = 0;
const DEFLATED = 8;

/** Bytes that one deflated byte can stand for at most (RFC 1951's longest match of shortest codes). */
const MAX_DEFLATE_RATIO = 1032;

type Fail = (problem: string) => never;

/** A member of the archive as its directory describes it. */
interface Member {
  name: string;
  method: number;
  compressedBytes: number;
  bytes: number;
  at: number;
}

/**
 * Reads the one image of an .npz file, as `np.savez` and `np.savez_compressed` write it. Arrays of
 * fewer than two axes (a spacing, a label) are passed over.
 *
 * @throws FormatError for damaged files, UnsupportedError when it does not hold exactly one image
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function readNpz(path: string): Promise<NpyArray> {
  const fail: Fail = (problem) => {
    throw new FormatError(`${path}: ${problem}; expected a whole .npz file; save it again`);
  };
  const file = await readWhole(path);
  const members = directory(file, fail);
  const images = members
    .filter(({ name }) => name.endsWith('.npy'))
    .map((member) => parseNpy(content(file, member, fail), `${path}: array ${member.name}`))
    .filter(({ shape }) => shape.length >= 2);
  const [only] = images;
  if (only !== undefined && images.length === 1) return only;
  throw new UnsupportedError(
    `${path}: ${images.length} arrays of two axes or more; expected one image; save each in its own file`,
  );
}

function directory(file: Buffer, fail: Fail): Member[] {
  const end = endOfDirectory(file);
  if (end === undefined) return fail('has no ZIP directory');
  const count = file.readUInt16LE(end + 10);
  let at = file.readUInt32LE(end + 16);
  const members: Member[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || file.readUInt32LE(at) !== CENTRAL_FILE) {
      return fail(`ZIP directory breaks off at entry ${i + 1} of ${count}`);
    }
    const nameBytes = file.readUInt16LE(at + 28);
    members.push({
      name: file.toString('latin1', at + 46, Math.min(end, at + 46 + nameBytes)),
      method: file.readUInt16LE(at + 10),
      compressedBytes: file.readUInt32LE(at + 20),
      bytes: file.readUInt32LE(at + 24),
      at: file.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return members;
}

/** The last record lies at the end, before a comment of any length. */
function endOfDirectory(file: Buffer): number | undefined {
  const lowest = Math.max(0, file.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = file.length - END_BYTES; at >= lowest; at--) {
    if (file.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  return undefined;
}

function content(file: Buffer, member: Member, fail: Fail): Buffer {
  const { name, method, compressedBytes, bytes, at } = member;
  if (at + 30 > file.length || file.readUInt32LE(at) !== LOCAL_FILE) {
    return fail(`array ${name} is not where the ZIP directory says`);
  }
  const start = at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28);
  if (start + compressedBytes > file.length) {
    return fail(
      `array ${name} needs ${compressedBytes} bytes from byte ${start} on, the file has ${file.length}`,
    );
  }
  const packed = file.subarray(start, start + compressedBytes);
  if (method === STORED) return packed;
  if (method !== DEFLATED) return fail(`array ${name} is packed by method ${method}`);
  if (bytes > compressedBytes * MAX_DEFLATE_RATIO) {
    return fail(`array ${name} claims ${bytes} bytes in ${compressedBytes}`);
  }
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch {
    return fail(`array ${name} cannot be unpacked to ${bytes} bytes`);
  }
}
