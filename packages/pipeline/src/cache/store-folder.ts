import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** For this user alone. */
const OWN = 0o700;

/** For the group, which new files below it belong to. */
const GROUP = 0o2770;

/**
 * Makes a folder of a store, and those above it. They are this user's alone, for results tell of
 * patients; below a folder that its group may write to, which is how a store is shared, they are the
 * group's too.
 */
export async function makeStoreFolder(folder: string): Promise<void> {
  const isGroups = await isShared(dirname(resolve(folder)));
  const first = await mkdir(folder, { recursive: true, mode: isGroups ? GROUP : OWN });
  if (!isGroups || first === undefined) return;
  // The process's umask may have taken the group's rights.
  for (let at = resolve(folder); at.startsWith(resolve(first)); at = dirname(at)) {
    await chmod(at, GROUP).catch(() => undefined); // another user's by now
  }
}

/** Whether the innermost folder that is there may be written to by its group. */
async function isShared(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined) return (found.mode & 0o020) !== 0;
    if (at === dirname(at)) return false;
  }
}
