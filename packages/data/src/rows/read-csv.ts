import { raisedLimit } from '@omnict/core';
import { type CsvError, parse } from 'csv-parse';
import { Readable } from 'node:stream';
import type { RowProblem } from '../problem';
import { decodeUtf8, MAX_ROW_BYTES, type RowOrProblem } from './source-row';
import { textBytes } from './text-bytes';

const ASCII_ONLY = /^[\0-\x7f]*$/;

/**
 * Rows of a CSV file with a header, parsed by csv-parse. Quotes inside unquoted fields are text, as
 * in pandas, which the published loaders use.
 *
 * @throws MissingDataError when it cannot be read
 */
export async function* readCsv(file: string): AsyncGenerator<RowOrProblem> {
  const skipped: RowProblem[] = [];
  // Latin-1 gives one character a byte: rows are parted before their encoding is looked at.
  const parser = parse({
    encoding: 'latin1',
    columns: true,
    info: true,
    relax_quotes: true,
    max_record_size: raisedLimit(MAX_ROW_BYTES),
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      const line = Number((error as { lines?: unknown } | undefined)?.lines ?? 0);
      const message = `${error?.message ?? 'cannot be read'}; expected as many fields as the header; correct the row`;
      skipped.push({ file, line, kind: 'syntax', message });
      return undefined;
    },
  });
  const source = Readable.from(textBytes(file));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const item of parser) {
    const { record, info } = item as { record: Record<string, string>; info: { lines: number } };
    while ((skipped[0]?.line ?? Infinity) < info.lines)
      yield { problem: skipped.shift() as RowProblem };
    const line = info.lines - lineBreaks(record); // csv-parse counts up to the row's last line
    yield decodedRow(record, { file, line });
  }
  for (const problem of skipped) yield { problem };
}

function lineBreaks(record: Readonly<Record<string, string>>): number {
  let count = 0;
  for (const field of Object.values(record)) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function decodedRow(
  record: Readonly<Record<string, string>>,
  place: { file: string; line: number },
): RowOrProblem {
  const value: Record<string, string> = {};
  for (const [name, field] of Object.entries(record)) {
    const text = ASCII_ONLY.test(field) ? field : decodeUtf8(Buffer.from(field, 'latin1'));
    if (text === null) {
      const message = `field '${name}' is not UTF-8; expected UTF-8 text; convert the row`;
      return { problem: { ...place, kind: 'encoding', message } };
    }
    value[name] = text;
  }
  return { row: { value, ...place } };
}
