import { FormatError, MissingDataError } from '@omnict/core';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { RowOrProblem } from './source-row';

/**
 * Rows of a Parquet file, parsed by hyparquet, one row group in memory at a time. Columns of bytes,
 * as images are, come as `Uint8Array`.
 *
 * @throws MissingDataError when it cannot be read; FormatError when it is no Parquet file
 */
export async function* readParquet(file: string): AsyncGenerator<RowOrProblem> {
  const buffer = await asyncBufferFromFile(file).catch((error: unknown) => {
    throw new MissingDataError(`${file}: cannot be read; expected a Parquet file; check the path`, {
      cause: error,
    });
  });
  const refuse = (error: unknown): never => {
    throw new FormatError(
      `${file}: is no Parquet file that can be read; expected the format's magic and metadata, got '${error instanceof Error ? error.message : String(error)}'; fetch it again`,
      { cause: error },
    );
  };
  const metadata = await parquetMetadataAsync(buffer).catch(refuse);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const options = { file: buffer, metadata, rowStart, rowEnd, compressors, utf8: false };
    const rows = await parquetReadObjects(options).catch(refuse);
    for (const [index, row] of rows.entries()) {
      const value = Object.fromEntries(
        Object.entries(row).map(([name, field]) => [name, plain(field)]),
      );
      yield { row: { value, file, line: rowStart + index + 1 } };
    }
    rowStart = rowEnd;
  }
}

/** 64-bit integers as numbers: ids and counts are far below 2^53. */
function plain(field: unknown): unknown {
  return typeof field === 'bigint' ? Number(field) : field;
}
