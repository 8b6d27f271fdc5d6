import { FormatError, replaceFile, type ReplaceFileOptions } from '@omnict/core';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';

/** Files waited for at a time. */
const SYNCS_AT_ONCE = 8;

/** Writes a file and waits until the disk has it. @throws FormatError when the disk is full */
export async function writeDurably(
  path: string,
  content: string,
  options: ReplaceFileOptions = {},
): Promise<void> {
  try {
    await replaceFile(path, (file) => file.writeFile(content), {
      durable: true,
      ...options,
    });
  } catch (error) {
    throw writeError(path, error);
  }
}

/** What a failed write means to the user. */
export function writeError(path: string, error: unknown): FormatError {
  const { code } = error as NodeJS.ErrnoException;
  const remedies: Record<string, string> = {
    ENOSPC: 'free disk space (prune the cache) and run again',
    EDQUOT: 'free space of your quota (prune the cache) and run again',
    EROFS: 'the file system is read-only; choose another store',
    EACCES: 'you may not write there; choose another store or ask its owner',
    EPERM: 'you may not write there; choose another store or ask its owner',
    ENOTEMPTY: "a result is there that you cannot read; ask its owner for 'chmod -R g+rwX' on it",
  };
  return new FormatError(
    `${path}: cannot be written (${code ?? 'unknown reason'}); expected a folder to write to; ${remedies[code ?? ''] ?? 'check the folder'}`,
    { cause: error },
  );
}

/** Waits until the disk has every file and folder under a folder. */
export async function syncTree(root: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  await pMap(entries, (entry) => syncPath(join(entry.parentPath, entry.name)), {
    concurrency: SYNCS_AT_ONCE,
  });
  await syncPath(root);
}

/** Waits until the disk has a file's content, or a folder's names. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } catch (error) {
    // Some network file systems cannot sync folders; their renames are durable by themselves.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await file.close();
  }
}
