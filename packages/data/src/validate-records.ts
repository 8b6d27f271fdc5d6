import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DigestSet } from './digest-set';
import { ProblemLog, type RowProblem } from './problem';
import { parseRecord, recordLines } from './records-file';

/** What {@link validateRecords} looks at. */
export interface ValidateOptions {
  /** Look for each image and mask. Default true. */
  images?: boolean;
  /** Stop at the first problem. */
  strict?: boolean;
  /** How many problems are kept with their place; all are counted. Default 100. */
  keep?: number;
}

/** What a records file holds and what is wrong with it. */
export interface ValidationReport {
  file: string;
  /** Records without a problem. */
  valid: number;
  /** Problems of each kind. */
  counts: ProblemLog['counts'];
  problems: number;
  /** The first problems, with line. */
  first: readonly RowProblem[];
}

/**
 * Checks a records file line by line: form, unique ids, images and masks that are there.
 *
 * @throws MissingDataError when the file cannot be read; FormatError at the first problem when
 *   strict
 */
export async function validateRecords(
  path: string,
  { images = true, ...log }: ValidateOptions = {},
): Promise<ValidationReport> {
  const problems = new ProblemLog(log);
  const ids = new DigestSet();
  const folder = dirname(path);
  let valid = 0;
  for await (const { text, line } of recordLines(path)) {
    const add = (kind: RowProblem['kind'], message: string): void =>
      problems.add({ file: path, line, kind, message });
    const parsed = parseRecord(text);
    if ('problem' in parsed) {
      add(parsed.kind, parsed.problem);
      continue;
    }
    const { id, image, mask } = parsed.record;
    if (!ids.add(id)) {
      add('duplicate-id', `id '${id}' occurs twice; expected unique ids; rename or remove one`);
      continue;
    }
    const missing = [image, mask].filter(
      (file) => images && file !== undefined && !existsSync(resolve(folder, file)),
    );
    if (missing.length > 0) {
      add('missing-image', `${missing.join(', ')} not found; check the path`);
      continue;
    }
    valid++;
  }
  return {
    file: path,
    valid,
    counts: problems.counts,
    problems: problems.total,
    first: problems.first,
  };
}
