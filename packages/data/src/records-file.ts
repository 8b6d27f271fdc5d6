import { FormatError, MissingDataError } from '@omnict/nn';
import { Ajv, type ErrorObject } from 'ajv';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type QuestionRecord, RecordSchema } from './record';

const validate = new Ajv({ allErrors: true }).compile<QuestionRecord>(RecordSchema);

/** No question needs more; a longer line is a sign of a file that is not JSON Lines. */
const MAX_LINE_CHARACTERS = 1_000_000;

/**
 * Reads a records file line by line; memory does not grow with the file.
 *
 * @throws MissingDataError when it cannot be read; FormatError naming file, line and every field
 *   that does not fit
 */
export async function* readRecords(path: string): AsyncGenerator<QuestionRecord> {
  await stat(path).catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected a records file (JSON Lines); check the path`,
      { cause: error },
    );
  });
  const ids = new Set<string>();
  let line = 0;
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    const record = parseRecord(text, `${path}:${line}`);
    if (ids.has(record.id)) {
      throw new FormatError(
        `${path}:${line}: id '${record.id}' occurs twice; expected unique ids; rename or remove one`,
      );
    }
    ids.add(record.id);
    yield record;
  }
}

/** Writes records, one a line. The file appears whole or not at all. @returns their number */
export async function writeRecords(
  path: string,
  records: Iterable<QuestionRecord> | AsyncIterable<QuestionRecord>,
): Promise<number> {
  const temporary = `${path}.${process.pid}.partial`;
  const file = await open(temporary, 'w');
  let count = 0;
  try {
    for await (const record of records) {
      await file.write(`${JSON.stringify(record)}\n`);
      count++;
    }
    await file.sync();
    await file.close();
    await rename(temporary, path);
    return count;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

function parseRecord(text: string, where: string): QuestionRecord {
  if (text.length > MAX_LINE_CHARACTERS) {
    throw new FormatError(
      `${where}: line has ${text.length} characters; expected at most ${MAX_LINE_CHARACTERS}; one JSON object per line`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${where}: is not JSON; expected one record per line; correct the line`, {
      cause: error,
    });
  }
  if (!validate(value)) {
    const problems = (validate.errors ?? []).map(describe).join('; ');
    throw new FormatError(`${where}: is no valid record: ${problems}; correct the line`);
  }
  if (value.taskType === 'multi-choice' && !(value.options ?? []).includes(value.answer)) {
    throw new FormatError(
      `${where}: answer is not among the options; expected the text of one option; correct the line`,
    );
  }
  return value;
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const field = instancePath === '' ? 'record' : instancePath.slice(1);
  const allowed = (params as { allowedValues?: unknown[]; additionalProperty?: string }) ?? {};
  const detail = allowed.additionalProperty === undefined ? '' : ` '${allowed.additionalProperty}'`;
  return `${field} ${message ?? 'does not fit'}${detail}`;
}
