import { MissingDataError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** SHA-256 of a file's content, or of all files of a folder in the order of their names. @throws MissingDataError */
export async function digestOfPath(path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await filesOf(path)) {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** {@link digestOfPath}, each path read once. */
export function digestCache(): (path: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (path) => {
    const digest = known.get(path) ?? digestOfPath(path);
    known.set(path, digest);
    return digest;
  };
}

async function filesOf(path: string): Promise<string[]> {
  const facts = await stat(path).catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: no such image; expected a file or folder; check the path`,
      {
        cause: error,
      },
    );
  });
  if (!facts.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
