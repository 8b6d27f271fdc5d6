import { FormatError, writeFileAtomic } from '@omnict/core';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CURATION_FILES } from '../curation-files';
import type { Decision } from '../decision';

/** Reads what people decided, by id. @returns empty before the first sheet came back */
export async function readAudit(folder: string): Promise<Map<string, Decision['outcome']>> {
  const path = join(folder, CURATION_FILES.audit);
  if (!existsSync(path)) return new Map();
  try {
    const { verdicts } = JSON.parse(await readFile(path, 'utf8')) as {
      verdicts: Record<string, Decision['outcome']>;
    };
    return new Map(Object.entries(verdicts));
  } catch (error) {
    throw new FormatError(
      `${path}: is no audit; expected verdicts as JSON; import the sheet again`,
      { cause: error },
    );
  }
}

/** Keeps what people decided. */
export async function writeAudit(
  folder: string,
  verdicts: ReadonlyMap<string, Decision['outcome']>,
): Promise<void> {
  const content = {
    verdicts: Object.fromEntries([...verdicts].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const text = `${JSON.stringify(content, null, 2)}\n`;
  await writeFileAtomic(join(folder, CURATION_FILES.audit), new TextEncoder().encode(text));
}
