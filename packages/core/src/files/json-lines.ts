import { open, rename, rm } from 'node:fs/promises';

/** Characters gathered before they are written. */
const WRITE_CHARACTERS = 2 ** 18;

/**
 * Writes values as JSON Lines, one a line. The file appears whole or not at all.
 *
 * @returns the number of lines
 */
export async function writeJsonLines(
  path: string,
  values: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<number> {
  const temporary = `${path}.${process.pid}.partial`;
  const file = await open(temporary, 'w');
  let count = 0;
  try {
    let lines = '';
    for await (const value of values) {
      lines += `${JSON.stringify(value)}\n`;
      count++;
      if (lines.length < WRITE_CHARACTERS) continue;
      await file.write(lines);
      lines = '';
    }
    await file.write(lines);
    await file.sync();
    await file.close();
    await rename(temporary, path);
    return count;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
