import {
  FormatError,
  MissingDataError,
  OmnictError,
  RAISE_LIMITS,
  raisedLimit,
} from '@omnict/core';
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { RowOrProblem } from './source-row';

/** What one row group may hold: pandas and Hugging Face write a tenth of it or less. */
const MAX_GROUP_ROWS = 2 ** 22;
const MAX_GROUP_BYTES = 2 ** 31;

/** What a page may unpack to. */
const MAX_PAGE_BYTES = 2 ** 29;

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
    if (OmnictError.isInstance(error)) throw error;
    throw new FormatError(
      `${file}: is no Parquet file that can be read; expected the format's magic and metadata, got '${error instanceof Error ? error.message : String(error)}'; fetch it again`,
      { cause: error },
    );
  };
  const metadata = await parquetMetadataAsync(buffer).catch(refuse);
  checkGroups(metadata, file);
  const source = { file: buffer, metadata, compressors: boundedCompressors(file), utf8: false };
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ ...source, rowStart, rowEnd }).catch(refuse);
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

/** Refuses what would fill memory before a row is seen. @throws FormatError */
function checkGroups({ row_groups: groups }: FileMetaData, file: string): void {
  for (const [index, { num_rows: rows, total_byte_size: bytes }] of groups.entries()) {
    const claims = [
      [rows, raisedLimit(MAX_GROUP_ROWS), 'rows'],
      [bytes, raisedLimit(MAX_GROUP_BYTES), 'bytes'],
    ] as const;
    for (const [claimed, limit, what] of claims) {
      if (claimed >= 0 && claimed <= limit) continue;
      throw new FormatError(
        `${file}: row group ${index + 1} claims ${claimed} ${what}; expected at most ${limit}; ${RAISE_LIMITS}`,
      );
    }
  }
}

/** Compressors that do not believe any size of a page: memory for it is taken before it is unpacked. */
function boundedCompressors(file: string): Compressors {
  const limit = raisedLimit(MAX_PAGE_BYTES);
  return Object.fromEntries(
    Object.entries(compressors).map(([name, unpack]): [string, typeof unpack] => [
      name,
      (input, outputLength) => {
        if (outputLength <= limit) return unpack(input, outputLength);
        throw new FormatError(
          `${file}: a page claims ${outputLength} bytes; expected at most ${limit}; ${RAISE_LIMITS}`,
        );
      },
    ]),
  );
}
