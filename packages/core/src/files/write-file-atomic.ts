import { MissingDataError } from '../errors/missing-data-error';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';

/** How {@link replaceFile} writes. */
export interface ReplaceFileOptions {
  /** Mode of the file, less the process's umask; default 0o666. */
  mode?: number;
  /** Waits until the disk has it, so that it survives a power failure. Default false. */
  durable?: boolean;
}

/** Writes a file so that it appears whole or not at all. @throws MissingDataError with the reason. */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  options: ReplaceFileOptions = {},
): Promise<void> {
  try {
    await replaceFile(path, (file) => file.writeFile(content), options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy =
      code === 'ENOSPC' ? 'free disk space' : 'check that the folder exists and is writable';
    throw new MissingDataError(
      `${path}: cannot be written (${code ?? 'unknown reason'}); ${remedy}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Replaces a file by one that a function writes, in one step. The new one is
 * made beside it under a name that nobody can guess and that must be free: a link planted there is
 * never written through.
 *
 * @throws what the function or the file system throws; then the old file stays, and nothing else
 */
export async function replaceFile<T>(
  path: string,
  write: (file: FileHandle) => Promise<T>,
  { mode = 0o666, durable = false }: ReplaceFileOptions = {},
): Promise<T> {
  const temporary = `${path}.${randomUUID()}.partial`;
  const file = await open(temporary, 'wx', mode);
  try {
    const result = await write(file);
    if (durable) await file.sync();
    await file.close();
    await rename(temporary, path);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
