import { FormatError, MissingDataError } from '@omnict/core';
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
 * @throws MissingDataError when there is no such file; FormatError for a line that is no object, or no UTF-8
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  if (!existsSync(path)) {
    throw new MissingDataError(`${path}: no such file; expected JSON Lines; check the path`);
  }
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    // Only \n ends a line: JSON text may hold other line separators.
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    rest = bytes.subarray(end);
    for (const line of decodeLines(bytes.subarray(0, end), path, number)) {
      number++;
      if (line.trim() !== '') yield parseLine(line, `${path}:${number}`);
    }
  }
  const [last = ''] = decodeLines(rest, path, number);
  if (last.trim() !== '') yield parseLine(last, `${path}:${number + 1}`);
}

const LINE_FEED = 0x0a;

/** Lines of whole UTF-8. @throws FormatError naming the first line that is none */
function decodeLines(bytes: Buffer, path: string, before: number): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const ending = bytes.at(-1) === LINE_FEED ? bytes.subarray(0, -1) : bytes;
  if (bytes.length === 0) return [];
  try {
    return decoder.decode(ending).split('\n');
  } catch (error) {
    let line = before + 1;
    for (let begin = 0; begin <= ending.length; line++) {
      const found = ending.indexOf(LINE_FEED, begin);
      const end = found < 0 ? ending.length : found;
      if (!isUtf8(ending.subarray(begin, end))) break;
      begin = end + 1;
    }
    throw new FormatError(
      `${path}:${line}: is no UTF-8; expected JSON in UTF-8; write the file anew in this encoding`,
      { cause: error },
    );
  }
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
