import { type QuestionRecord, RecordSchema, schemaCheck } from '@omnict/core';
import { readFileSync } from 'node:fs';

const validate = schemaCheck<QuestionRecord>(RecordSchema);

/** Reads a records file whole. @throws Error for a line that is no record, or an id that occurs twice */
export function readRecords(path: string): QuestionRecord[] {
  const records = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line, index) => {
      const record: unknown = JSON.parse(line);
      if (validate(record)) return record;
      throw new Error(`${path}:${index + 1}: ${JSON.stringify(validate.errors)}`);
    });
  if (new Set(records.map(({ id }) => id)).size !== records.length)
    throw new Error(`${path}: an id occurs twice`);
  return records;
}
