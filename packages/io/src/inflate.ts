import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync, inflate } from 'node:zlib';

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
  return gunzipSync(bytes.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
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
  return isGzip(bytes) ? GUNZIP(bytes, options) : INFLATE(bytes, options);
}
