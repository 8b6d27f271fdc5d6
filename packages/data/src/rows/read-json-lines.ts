import { FormatError } from '@omnict/core';
import { MAX_ROW_BYTES, parseJsonRow, type RowOrProblem } from './source-row';
import { textBytes } from './text-bytes';

const NEWLINE = 0x0a;

/** Rows of a JSON Lines file. @throws MissingDataError; FormatError when a line never ends */
export async function* readJsonLines(file: string): AsyncGenerator<RowOrProblem> {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  const row = function* (bytes: Buffer): Generator<RowOrProblem> {
    line++;
    if (bytes.some((byte) => byte > 0x20)) yield parseJsonRow(bytes, { file, line });
  };
  for await (const chunk of textBytes(file)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      yield* row(rest.length === 0 ? piece : Buffer.concat([rest, piece]));
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > MAX_ROW_BYTES) {
      throw new FormatError(
        `${file}:${line + 1}: line has more than ${MAX_ROW_BYTES} bytes; expected JSON Lines; check the file`,
      );
    }
  }
  yield* row(rest);
}
