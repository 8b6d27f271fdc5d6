import { FormatError, MissingDataError, UnsupportedError } from '@omnict/core';
import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes asked for at once: one read takes less than 2 GiB. */
const PIECE_BYTES = 2 ** 28;

/**
 * Reads a file of any size that memory takes; Node's own `readFile` ends at 2 GiB.
 *
 * @throws MissingDataError when it cannot be opened, UnsupportedError when it is larger than one
 *   block of memory can be, FormatError when it becomes shorter meanwhile
 */
export async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new MissingDataError(
      `${path}: cannot be opened (${code}); expected a readable file; check the path`,
      { cause: error },
    );
  });
  try {
    const { size } = await file.stat();
    if (size > constants.MAX_LENGTH) {
      throw new UnsupportedError(
        `${path}: has ${size} bytes; expected at most ${constants.MAX_LENGTH}, which one block of memory can be; crop or compress it`,
      );
    }
    const bytes = Buffer.allocUnsafeSlow(size);
    await readRange(file, bytes, { path, from: 0 });
    return bytes;
  } finally {
    await file.close();
  }
}

/** Fills a block from a place in a file. @throws FormatError when the file ends before */
export async function readRange(
  file: FileHandle,
  bytes: Uint8Array,
  { path, from }: { path: string; from: number },
): Promise<void> {
  let filled = 0;
  while (filled < bytes.length) {
    const wanted = Math.min(PIECE_BYTES, bytes.length - filled);
    const { bytesRead } = await file.read(bytes, filled, wanted, from + filled);
    if (bytesRead === 0) {
      throw new FormatError(
        `${path}: ends ${bytes.length - filled} bytes too early; expected ${bytes.length} from byte ${from} on; fetch the file again`,
      );
    }
    filled += bytesRead;
  }
}
