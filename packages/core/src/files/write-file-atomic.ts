import { MissingDataError } from '../errors/missing-data-error';
import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file so that it appears whole or not at all. @throws MissingDataError with the reason. */
export async function writeFileAtomic(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
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
