import { appendFileSync, closeSync, constants, openSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** File of a run's folder that tells which digest stands for which file: for its user alone. */
const FILE_NAMES_FILE = 'file-names.jsonl';

const FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

/** Notes which file a digest stands for. @param folder of the attempt, `<run>/jobs/<task>/<attempt>` */
export function noteFileName(folder: string, name: string, path: string): void {
  try {
    const run = dirname(dirname(dirname(folder)));
    const file = openSync(join(run, FILE_NAMES_FILE), FLAGS, 0o600);
    try {
      appendFileSync(file, `${JSON.stringify({ name, path })}\n`);
    } finally {
      closeSync(file);
    }
  } catch {
    // A full or read-only disk fails the work itself; the digest can still be compared.
  }
}
