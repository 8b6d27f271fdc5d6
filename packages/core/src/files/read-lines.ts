import { FormatError } from '../errors/format-error';
import { RAISE_LIMITS, raisedLimit } from '../bounds/raised-limit';

const LINE_FEED = 0x0a;

/** Bytes of one line at most: a longer one is no row, but a file that is no JSON Lines, or meant to fill memory. */
const MAX_LINE_BYTES = 2 ** 24;

/**
 * Cuts a stream of bytes into lines, without their line feeds; the last one only when it is not empty. Only
 * line feeds end lines, since JSON text may hold other separators. Never more than one line and one chunk
 * in memory.
 *
 * @param path named in errors
 * @throws FormatError when a line has more than 16 MiB, times the user's factor
 */
export async function* splitLines(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number = raisedLimit(MAX_LINE_BYTES),
): AsyncGenerator<Buffer> {
  let line = 1;
  let parts: Buffer[] = []; // of the line that has not ended, joined once
  let bytes = 0;
  const take = (last: Buffer): Buffer => {
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    bytes = 0;
    line++;
    return whole;
  };
  const check = (length: number): void => {
    if (length <= maxBytes) return;
    throw new FormatError(
      `${path}:${line}: line has more than ${maxBytes} bytes; expected JSON Lines, one object a line; ${RAISE_LIMITS}`,
    );
  };
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let begin = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, begin)) {
      check(bytes + end - begin);
      yield take(chunk.subarray(begin, end));
      begin = end + 1;
    }
    if (begin === chunk.length) continue;
    parts.push(chunk.subarray(begin));
    bytes += chunk.length - begin;
    check(bytes);
  }
  if (bytes > 0) yield take(Buffer.alloc(0));
}
