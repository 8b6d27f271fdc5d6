import { pathInside } from '@omnict/core';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBeating, stopBeating } from './heartbeat';
import { makeStoreFolder } from './store-folder';
import { isKnownDead, ownIdentity, type ProcessIdentity } from './process-identity';

/** Silence after which a lease is taken over, measured by the watcher's own steady clock. */
const STALE_AFTER_MS = 30_000;

const HOLDER_FILE = 'holder.json';

/** Who holds a lease. */
export interface Holder extends ProcessIdentity {
  token: string;
}

/**
 * Lets one process at a time work on a task, by folders alone: `mkdir` and `rename` are atomic on
 * local disks and on NFS. No clock is compared with another's: a watcher sees a counter stand still.
 */
export class Lease {
  private readonly lost = new AbortController();

  private constructor(
    private readonly root: string,
    private readonly key: string,
    readonly token: string,
  ) {
    startBeating(this.folder, token, () => this.lost.abort(new Error('the lease was taken over')));
  }

  /** Takes the lease; null when another process has it, and is not known to be dead. */
  static async take(root: string, key: string): Promise<Lease | null> {
    await makeStoreFolder(root);
    const folder = pathInside(root, key);
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await mkdir(folder);
        const token = randomUUID();
        const holder: Holder = { token, ...ownIdentity() };
        await writeFile(join(folder, HOLDER_FILE), JSON.stringify(holder), { flag: 'wx' });
        return new Lease(root, key, token);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = await readHolder(folder);
        if (holder === null || !isKnownDead(holder)) return null;
        await takeAway(root, key, holder.token);
      }
    }
    return null;
  }

  /** Aborted when another process took the lease over: this one was silent for too long. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Looks at the folder, which is what counts. */
  async isHeld(): Promise<boolean> {
    return (await readHolder(this.folder))?.token === this.token;
  }

  /** Gives the lease back. */
  async release(): Promise<void> {
    stopBeating(this.folder);
    if (!(await this.isHeld())) return;
    await rm(this.folder, { recursive: true, force: true });
    const leftovers = (await readdir(this.root)).filter((name) => name.startsWith(`${this.key}.`));
    for (const name of leftovers) await rm(join(this.root, name), { recursive: true, force: true });
  }

  private get folder(): string {
    return join(this.root, this.key);
  }
}

/** Watches leases of other processes, and takes away those of dead ones. */
export class LeaseWatch {
  private readonly seen = new Map<string, { beat: string; sinceMs: number }>();

  /** @param root folder of the leases @param staleAfterMs silence that means death */
  constructor(
    readonly root: string,
    private readonly staleAfterMs = STALE_AFTER_MS,
  ) {}

  /** True when nobody holds the lease, or its holder is dead: then it is free from now on. */
  async isFree(key: string): Promise<boolean> {
    const folder = pathInside(this.root, key);
    const beat = await beatOf(folder);
    if (beat === null) return true;
    const holder = await readHolder(folder);
    if (!(holder !== null && isKnownDead(holder)) && !this.isSilent(key, beat)) return false;
    await takeAway(this.root, key, holder?.token ?? (beat.split(' ')[0] as string));
    this.seen.delete(key);
    return true;
  }

  /** Keys of all leases. */
  async held(): Promise<string[]> {
    const names = await readdir(this.root).catch(() => []);
    return names.filter((name) => !name.includes('.'));
  }

  private isSilent(key: string, beat: string): boolean {
    const known = this.seen.get(key);
    if (known?.beat === beat) return performance.now() - known.sinceMs > this.staleAfterMs;
    this.seen.set(key, { beat, sinceMs: performance.now() });
    return false;
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Holder of a lease; null when there is none, or it died before it could say who it is. What no
 * {@link Lease} writes counts as nothing: the token becomes part of a path, the number that of a process.
 */
export async function readHolder(folder: string): Promise<Holder | null> {
  try {
    const text = await readFile(pathInside(folder, HOLDER_FILE), 'utf8');
    const { token, host, pid, started } = JSON.parse(text) as Partial<Holder>;
    if (typeof token !== 'string' || !UUID.test(token) || typeof host !== 'string') return null;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return null;
    return { token, host, pid: pid as number, ...(typeof started === 'string' && { started }) };
  } catch {
    return null;
  }
}

/** Counter of a lease with its token; null when there is no lease. */
async function beatOf(folder: string): Promise<string | null> {
  const token = (await readHolder(folder))?.token;
  const beat = await readFile(join(folder, 'beat'), 'utf8').catch(() => ''); // compared, never used
  if (token !== undefined) return `${token} ${beat}`;
  return stat(folder).then(
    ({ ino }) => `unowned-${ino}`,
    () => null,
  );
}

/**
 * Moves a dead lease aside. The new name is made of what was found dead: of two that do this, the
 * second cannot move a lease that the first has taken meanwhile, since the name is in use.
 */
async function takeAway(root: string, key: string, found: string): Promise<void> {
  const aside = pathInside(root, `${key}.${found}`);
  await rename(pathInside(root, key), aside).catch(() => undefined);
}
