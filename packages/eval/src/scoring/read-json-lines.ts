import { FormatError, MissingDataError, splitLines } from '@omnict/core';
import { isUtf8 } from 'node:buffer';
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
 * @throws MissingDataError when there is no such file; FormatError for a line that is no object, no UTF-8, or
 *   far too long
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  if (!existsSync(path)) {
    throw new MissingDataError(`${path}: no such file; expected JSON Lines; check the path`);
  }
  let number = 0;
  const chunks = createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
  for await (const bytes of splitLines(chunks, path)) {
    const where = `${path}:${++number}`;
    const line = decodeLine(bytes, where);
    if (line.trim() !== '') yield parseLine(line, where);
  }
}

/** @throws FormatError when the line is no UTF-8 */
function decodeLine(bytes: Buffer, where: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new FormatError(
    `${where}: is no UTF-8; expected JSON in UTF-8; write the file anew in this encoding`,
  );
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
