import { replaceFile, type ReplaceFileOptions } from './write-file-atomic';

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
  options: ReplaceFileOptions = {},
): Promise<number> {
  return replaceFile(
    path,
    async (file) => {
      let count = 0;
      let lines = '';
      for await (const value of values) {
        lines += `${JSON.stringify(value)}\n`;
        count++;
        if (lines.length < WRITE_CHARACTERS) continue;
        await file.write(lines);
        lines = '';
      }
      await file.write(lines);
      return count;
    },
    { durable: true, ...options },
  );
}
