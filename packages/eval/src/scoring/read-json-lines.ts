import { FormatError, MissingDataError } from '@omnict/core';
import { createReadStream, existsSync } from 'node:fs';
import type { RawRow } from './prediction-row';

/** A line of a file. */
export interface JsonLine {
  row: RawRow;
  /** File and line number, for messages. */
  where: string;
}

/**
 * Objects of a JSON Lines file, one at a time, so that memory does not grow with the file. Empty lines
 * are skipped.
 *
 * @throws MissingDataError when there is no such file; FormatError for a line that is no object
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  if (!existsSync(path)) {
    throw new MissingDataError(`${path}: no such file; expected JSON Lines; check the path`);
  }
  let rest = '';
  let number = 0;
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    // Only \n ends a line: JSON text may hold other line separators.
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      number++;
      if (line.trim() !== '') yield parseLine(line, `${path}:${number}`);
    }
  }
  if (rest.trim() !== '') yield parseLine(rest, `${path}:${number + 1}`);
}

function parseLine(line: string, where: string): JsonLine {
  let row: unknown;
  try {
    row = JSON.parse(line.startsWith('\ufeff') ? line.slice(1) : line);
  } catch (error) {
    throw new FormatError(
      `${where}: is no JSON; expected one object a line, got ${JSON.stringify(line.slice(0, 80))}; correct the line`,
      { cause: error },
    );
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row))
    return { row: row as RawRow, where };
  throw new FormatError(
    `${where}: is no object; expected {"id": ..., ...}, got ${JSON.stringify(row).slice(0, 80)}; correct the line`,
  );
}
