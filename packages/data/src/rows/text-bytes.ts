import { MissingDataError } from '@omnict/core';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

const READ_BYTES = 2 ** 20;

/**
 * Bytes of a text file in UTF-8, chunk by chunk: a byte order mark is dropped, UTF-16 with a mark is
 * converted.
 *
 * @throws MissingDataError when the file cannot be read
 */
export async function* textBytes(path: string): AsyncGenerator<Buffer> {
  await stat(path).catch((error: unknown) => {
    throw new MissingDataError(`${path}: cannot be read; expected a data file; check the path`, {
      cause: error,
    });
  });
  let utf16: InstanceType<typeof TextDecoder> | null = null;
  let isFirst = true;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    let bytes = chunk as Buffer;
    if (isFirst) {
      isFirst = false;
      if (bytes[0] === 0xff && bytes[1] === 0xfe) utf16 = new TextDecoder('utf-16le');
      else if (bytes[0] === 0xfe && bytes[1] === 0xff) utf16 = new TextDecoder('utf-16be');
      else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        bytes = bytes.subarray(3);
      }
    }
    yield utf16 === null ? bytes : Buffer.from(utf16.decode(bytes, { stream: true }));
  }
}
