import { appendFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DigestSet } from '../digest-set';
import { ProblemLog, type RowProblem } from '../problem';
import type { QuestionRecord } from '@omnict/core';
import { parseRecord, recordLines, writeRecords } from '../records-file';
import { CURATION_FILES } from './curation-files';
import { moveRecord } from './record-folder';

/** What was read. */
export interface Intake {
  records: number;
  problems: number;
  counts: ProblemLog['counts'];
}

/**
 * Reads records into the folder of a curation. Rows that are no records are collected with file and
 * line in {@link CURATION_FILES}`.problems`; the rest goes on.
 *
 * @throws MissingDataError when the file cannot be read; FormatError at the first problem when strict
 */
export async function takeIn(
  path: string,
  folder: string,
  { strict = false }: { strict?: boolean } = {},
): Promise<Intake> {
  const log = new ProblemLog({ strict });
  const problemsFile = join(folder, CURATION_FILES.problems);
  rmSync(problemsFile, { force: true });
  const report = (problem: RowProblem): void => {
    log.add(problem);
    appendFileSync(problemsFile, `${JSON.stringify(problem)}\n`);
  };
  const records = await writeRecords(
    join(folder, CURATION_FILES.input),
    validRecords(path, folder, report),
  );
  return { records, problems: log.total, counts: log.counts };
}

async function* validRecords(
  path: string,
  folder: string,
  report: (problem: RowProblem) => void,
): AsyncGenerator<QuestionRecord> {
  const ids = new DigestSet();
  for await (const { text, line } of recordLines(path)) {
    const parsed = parseRecord(text);
    if ('problem' in parsed) {
      report({ file: path, line, kind: parsed.kind, message: parsed.problem });
    } else if (!ids.add(parsed.record.id)) {
      const message = `id '${parsed.record.id}' occurs twice; expected unique ids; rename or remove one`;
      report({ file: path, line, kind: 'duplicate-id', message });
    } else {
      yield moveRecord(parsed.record, dirname(path), folder);
    }
  }
}
