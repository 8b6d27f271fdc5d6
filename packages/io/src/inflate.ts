import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync, inflate, inflateRawSync } from 'node:zlib';

const GUNZIP = promisify(gunzip);
const INFLATE = promisify(inflate);

/** Bytes that one deflated byte can stand for at most (RFC 1951's longest match of shortest codes). */
const MAX_DEFLATE_RATIO = 1032;

/** Compressed bytes that hold more than any header we look at. */
const HEAD_BYTES = 4096;

/** True for bytes that begin as gzip does. */
export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** First bytes of a gzip stream, to read a header from before the rest is unpacked. */
export function gunzipHead(bytes: Buffer): Buffer {
  const head = bytes.subarray(0, HEAD_BYTES);
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    if (!isTail(error)) throw error;
    return withoutTail(head, HEAD_BYTES * MAX_DEFLATE_RATIO);
  }
}

/** False when a stream cannot unpack to so many bytes, whatever its header claims. */
export function canInflateTo(compressedBytes: number, bytes: number): boolean {
  return bytes <= compressedBytes * MAX_DEFLATE_RATIO;
}

/**
 * Unpacks a gzip or zlib stream whose size is known, into one block of memory.
 *
 * It should unpack to `expectedBytes` and may be longer by `slackBytes`.
 *
 * @throws RangeError or a zlib error when it breaks off or is longer
 */
export async function inflateTo(
  bytes: Buffer,
  { expectedBytes, slackBytes = 0 }: { expectedBytes: number; slackBytes?: number },
): Promise<Buffer> {
  // One chunk that takes everything: several would have to be joined by a copy.
  const chunkSize = Math.max(1024, expectedBytes + 64);
  const options = { chunkSize, maxOutputLength: Math.max(1024, expectedBytes + slackBytes) };
  if (!isGzip(bytes)) return INFLATE(bytes, options);
  try {
    return await GUNZIP(bytes, options);
  } catch (error) {
    if (!isTail(error)) throw error;
    return withoutTail(bytes, options.maxOutputLength);
  }
}

/** What zlib says of bytes behind a whole stream that begin no other one; gzip itself ignores them. */
function isTail(error: unknown): boolean {
  return error instanceof Error && error.message === 'incorrect header check';
}

/** Unpacks the first stream alone; deflate data say themselves where they end. */
function withoutTail(bytes: Buffer, maxOutputLength: number): Buffer {
  const finishFlush = constants.Z_SYNC_FLUSH; // a header is read from the begin of a stream
  return inflateRawSync(bytes.subarray(gzipHeaderBytes(bytes)), { maxOutputLength, finishFlush });
}

/** Flags of optional header fields (RFC 1952, 2.3.1). */
const FLAG = { checksum: 2, extra: 4, name: 8, comment: 16 } as const;

function gzipHeaderBytes(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & FLAG.extra) at += 2 + bytes.readUInt16LE(at);
  for (const text of [FLAG.name, FLAG.comment]) {
    if (flags & text) at = bytes.indexOf(0, at) + 1; // ends with a zero byte
  }
  return flags & FLAG.checksum ? at + 2 : at;
}
