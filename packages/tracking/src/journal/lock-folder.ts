import { lock } from 'proper-lockfile';

/** Lets go of a folder. */
export type Release = () => Promise<void>;

/**
 * Claims a folder for this process, so that two do not append to the same journals. A claim of a process
 * that died is void after ten seconds.
 *
 * @param waitSeconds how long to try @returns undefined when another process holds it
 */
export async function lockFolder(folder: string, waitSeconds = 0): Promise<Release | undefined> {
  try {
    return await lock(folder, {
      retries: { retries: Math.ceil(waitSeconds), factor: 1, minTimeout: 1000, maxTimeout: 1000 },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}
