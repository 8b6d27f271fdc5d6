import {
  FormatError,
  MissingDataError,
  type QuestionRecord,
  RecordSchema,
  schemaCheck,
  type SchemaError,
  splitLines,
  writeJsonLines,
} from '@omnict/core';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DigestSet } from './digest-set';
import type { ProblemKind } from './problem';

const validate = schemaCheck<QuestionRecord>(RecordSchema);

/** No question needs more; a longer line is a sign of a file that is not JSON Lines. */
const MAX_LINE_CHARACTERS = 1_000_000;

/**
 * Reads a records file line by line; memory grows by 16 to 32 bytes a record, for unique ids.
 *
 * @throws MissingDataError when it cannot be read; FormatError naming file, line and every field
 *   that does not fit
 */
export async function* readRecords(path: string): AsyncGenerator<QuestionRecord> {
  for await (const { record } of placedRecords(path)) yield record;
}

/** Where a record's line lies in its file, in bytes. */
export interface RecordPlace {
  begin: number;
  bytes: number;
}

/** Reads a records file like {@link readRecords}, with the place of each record, for `RecordFile`. */
export async function* placedRecords(
  path: string,
): AsyncGenerator<{ record: QuestionRecord; place: RecordPlace }> {
  const ids = new DigestSet();
  for await (const { text, line, place } of recordLines(path)) {
    const parsed = parseRecord(text);
    if ('problem' in parsed) {
      throw new FormatError(`${path}:${line}: ${parsed.problem}`);
    }
    const { record } = parsed;
    if (!ids.add(record.id)) {
      throw new FormatError(
        `${path}:${line}: id '${record.id}' occurs twice; expected unique ids; rename or remove one`,
      );
    }
    yield { record, place };
  }
}

/**
 * Lines of a records file that are not blank, numbered from 1.
 *
 * @throws MissingDataError when it cannot be read, FormatError when a line is far too long
 */
export async function* recordLines(
  path: string,
): AsyncGenerator<{ text: string; line: number; place: RecordPlace }> {
  await stat(path).catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected a records file (JSON Lines); check the path`,
      { cause: error },
    );
  });
  let line = 0;
  let begin = 0;
  for await (const bytes of splitLines(createReadStream(path) as AsyncIterable<Buffer>, path)) {
    line++;
    const text = bytes.toString('utf8');
    if (text.trim() !== '') yield { text, line, place: { begin, bytes: bytes.length } };
    begin += bytes.length + 1; // the line feed
  }
}

/** Writes records, one a line. The file appears whole or not at all. @returns their number */
export function writeRecords(
  path: string,
  records: Iterable<QuestionRecord> | AsyncIterable<QuestionRecord>,
): Promise<number> {
  return writeJsonLines(path, records);
}

/** A record, or what is wrong with its line. */
export type ParsedRecord = { record: QuestionRecord } | { kind: ProblemKind; problem: string };

/** Reads one line of a records file. */
export function parseRecord(text: string): ParsedRecord {
  if (text.length > MAX_LINE_CHARACTERS) {
    const problem = `line has ${text.length} characters; expected at most ${MAX_LINE_CHARACTERS}; one JSON object per line`;
    return { kind: 'syntax', problem };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const problem = 'is not JSON; expected one record per line; correct the line';
    return { kind: 'syntax', problem };
  }
  return checkRecord(value);
}

/** Checks a value against the record's schema and its rules. */
export function checkRecord(value: unknown): ParsedRecord {
  if (!validate(value)) {
    const problems = (validate.errors ?? []).map(describe).join('; ');
    return {
      kind: 'invalid-record',
      problem: `is no valid record: ${problems}; correct the line`,
    };
  }
  if (value.taskType === 'multi-choice' && !(value.options ?? []).includes(value.answer)) {
    const problem =
      'answer is not among the options; expected the text of one option; correct the line';
    return { kind: 'answer-not-an-option', problem };
  }
  return { record: value };
}

function describe({ instancePath, message, params }: SchemaError): string {
  const field = instancePath === '' ? 'record' : instancePath.slice(1);
  const allowed = (params as { allowedValues?: unknown[]; additionalProperty?: string }) ?? {};
  const detail = allowed.additionalProperty === undefined ? '' : ` '${allowed.additionalProperty}'`;
  return `${field} ${message ?? 'does not fit'}${detail}`;
}
