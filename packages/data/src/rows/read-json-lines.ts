import { splitLines } from '@omnict/core';
import { parseJsonRow, type RowOrProblem } from './source-row';
import { textBytes } from './text-bytes';

/** Rows of a JSON Lines file. @throws MissingDataError; FormatError when a line never ends */
export async function* readJsonLines(file: string): AsyncGenerator<RowOrProblem> {
  let line = 0;
  for await (const bytes of splitLines(textBytes(file), file)) {
    line++;
    if (bytes.some((byte) => byte > 0x20)) yield parseJsonRow(bytes, { file, line });
  }
}
