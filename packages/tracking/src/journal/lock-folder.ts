import { lock } from 'proper-lockfile';

/** Lets go of a folder; nothing happens when the claim is lost. */
export type Release = () => Promise<void>;

/**
 * Claims a folder for this process, so that two do not append to the same journals. A claim of a process
 * that died is void after ten seconds.
 *
 * @param waitSeconds how long to try
 * @param onLost called when the claim is void although this process lives: it was suspended, or the
 *   file system was away, and another process may hold the folder
 * @returns undefined when another process holds it
 */
export async function lockFolder(
  folder: string,
  waitSeconds = 0,
  onLost: () => void = () => undefined,
): Promise<Release | undefined> {
  let isLost = false;
  try {
    const release = await lock(folder, {
      retries: { retries: Math.ceil(waitSeconds), factor: 1, minTimeout: 1000, maxTimeout: 1000 },
      // By default the process would end with an error that nobody can catch.
      onCompromised: () => {
        isLost = true;
        onLost();
      },
    });
    return async () => {
      if (!isLost) await release();
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}
