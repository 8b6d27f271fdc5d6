import { UnsupportedError } from '@omnict/core';
import { extname } from 'node:path';
import { readCsv } from './read-csv';
import { readJson } from './read-json';
import { readJsonLines } from './read-json-lines';
import { readParquet } from './read-parquet';
import type { RowOrProblem } from './source-row';

const READERS: Readonly<Record<string, (file: string) => AsyncGenerator<RowOrProblem>>> = {
  '.json': readJson,
  '.jsonl': readJsonLines,
  '.csv': readCsv,
  '.parquet': readParquet,
};

/** Rows of a file, by its extension. @throws UnsupportedError for another extension */
export function readRows(file: string): AsyncGenerator<RowOrProblem> {
  const reader = READERS[extname(file).toLowerCase()];
  if (reader === undefined) {
    throw new UnsupportedError(
      `${file}: expected one of ${Object.keys(READERS).join(', ')}; rename or convert the file`,
    );
  }
  return reader(file);
}
