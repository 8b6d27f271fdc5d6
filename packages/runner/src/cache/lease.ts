import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How often a holder shows that it lives, and after what silence a lease is taken over. */
const HEARTBEAT_MS = 2000;
const STALE_AFTER_MS = 10_000;

/**
 * Lets one process at a time work on a task, by folders alone: `mkdir` and `rename` are atomic on
 * local disks and on NFS.
 */
export class Lease {
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly folder: string) {
    this.timer = setInterval(() => {
      const now = new Date();
      void utimes(folder, now, now).catch(() => undefined);
    }, HEARTBEAT_MS);
    this.timer.unref();
  }

  /** Takes the lease, or returns null when a living process holds it. */
  static async take(root: string, key: string): Promise<Lease | null> {
    await mkdir(root, { recursive: true });
    const folder = join(root, key);
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await mkdir(folder);
        await writeFile(join(folder, 'holder'), String(process.pid));
        return new Lease(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (!(await isStale(folder))) return null;
        // Of two that find it stale, one rename succeeds; both then try mkdir again.
        const stale = `${folder}.stale-${process.pid}-${Date.now()}`;
        await rename(folder, stale).catch(() => undefined);
        await rm(stale, { recursive: true, force: true });
      }
    }
    return null;
  }

  /** Gives the lease back. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Silent for too long, or held by a process of this machine that is no more. */
async function isStale(folder: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > STALE_AFTER_MS) return true;
    const holder = Number(await readFile(join(folder, 'holder'), 'utf8'));
    if (!Number.isInteger(holder) || holder <= 0) return false;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    // ESRCH: the holder died. Anything else: not known, so not stale.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
