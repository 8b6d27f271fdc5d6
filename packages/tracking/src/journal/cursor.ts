import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How much of a journal a server has acknowledged. */
export interface Cursor {
  /** Run on the server. */
  runId: string;
  /** Byte of the journal behind the last acknowledged event. */
  offset: number;
  /** True while events behind it are on their way: after a crash they may or may not have arrived. */
  isSending: boolean;
}

const CURSOR_FILE = 'cursor.json';

/** Reads the cursor; undefined when there is none or it cannot be read. */
export function readCursor(folder: string): Cursor | undefined {
  const path = join(folder, CURSOR_FILE);
  if (!existsSync(path)) return undefined;
  try {
    const { runId, offset, isSending } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Cursor>;
    if (typeof runId !== 'string' || !Number.isSafeInteger(offset)) return undefined;
    return { runId, offset: offset as number, isSending: isSending !== false };
  } catch {
    return undefined; // lost: everything is compared with the server
  }
}

/** Replaces the cursor in one step. */
export function writeCursor(folder: string, cursor: Cursor): void {
  const path = join(folder, CURSOR_FILE);
  const temporary = `${path}.${randomUUID()}.partial`;
  writeFileSync(temporary, JSON.stringify(cursor), { flag: 'wx' });
  renameSync(temporary, path);
}
