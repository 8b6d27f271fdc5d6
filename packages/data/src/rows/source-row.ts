import type { RowProblem } from '../problem';

/** One row of a data set's file, as it stands there. */
export interface SourceRow {
  value: Readonly<Record<string, unknown>>;
  file: string;
  /** Line where the row begins; in Parquet its number. From 1. */
  line: number;
  /** Member of the file's outer object that holds the row, for instance `train`. */
  section?: string;
}

/** A reader goes on after a row it cannot read. */
export type RowOrProblem = { row: SourceRow } | { problem: RowProblem };

/** Bytes of one row at most: beyond, quotes or brackets are not closed. */
export const MAX_ROW_BYTES = 2 ** 24;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text of a row's bytes. Bytes of another encoding are not guessed at: a wrong guess would change
 * a report silently.
 *
 * @returns null when the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}

/** A row from JSON text, or what is wrong with it. */
export function parseJsonRow(
  bytes: Uint8Array,
  place: Pick<SourceRow, 'file' | 'line' | 'section'>,
): RowOrProblem {
  const { file, line } = place;
  const problem = (kind: RowProblem['kind'], message: string): RowOrProblem => ({
    problem: { file, line, kind, message },
  });
  const text = decodeUtf8(bytes);
  if (text === null) {
    return problem('encoding', 'is not UTF-8; expected UTF-8 text; convert the row');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('syntax', 'is not JSON; expected one object per row; correct the row');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
    return problem('wrong-type', `row is ${got}; expected an object; correct the row`);
  }
  return { row: { value: value as Record<string, unknown>, ...place } };
}
