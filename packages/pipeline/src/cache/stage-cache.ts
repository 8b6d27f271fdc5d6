import { ConfigError, FormatError, MissingDataError, pathInside, printable } from '@omnict/core';
import { existsSync } from 'node:fs';
import {
  copyFile,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncPath, syncTree, writeDurably, writeError } from './durable';
import { makeStoreFolder } from './store-folder';
import {
  digestFile,
  digestTree,
  isKey,
  type Manifest,
  MANIFEST_FILE,
  readManifest,
} from './manifest';

/** Folders of a task that is being worked on. */
export interface Workspace {
  /** Empty, this attempt's own. */
  outputs: string;
  /** Kept between attempts. */
  checkpoints: string;
  /** Kept between attempts. */
  log: string;
  /** Kept between attempts. */
  metrics: string;
}

/** What a worker knows about a result that it publishes. */
export type ResultFacts = Omit<Manifest, 'key' | 'files'>;

/** Outputs whose digests are checked on use: the smallest of a result, up to so many bytes together. */
const CHECKED_BYTES = 16 * 1024 * 1024;

/**
 * Content-addressed results of stages: `<kk>/<key>/{manifest.json, outputs/, log.txt,
 * metrics.jsonl}`. A result is made in a folder of its own and appears by one rename, so that
 * readers take no lock and a killed writer leaves nothing that looks finished.
 */
export class StageCache {
  /** Results whose small outputs were found whole by this process. */
  private readonly whole = new Set<string>();

  constructor(readonly folder: string) {}

  /** Folder of the leases of tasks that are worked on. */
  get leases(): string {
    return pathInside(this.folder, 'leases');
  }

  /**
   * Outputs of a finished task, or null. A result whose files are gone or cut, or lie elsewhere, is
   * dropped, and so is one whose small files have other bytes; `verifyCache` looks at all of them.
   */
  async lookUp(key: string): Promise<{ outputs: string; manifest: Manifest } | null> {
    const manifest = await this.manifestOf(key);
    if (manifest === null) {
      if (existsSync(this.entry(key))) await this.dropDamaged(key); // nothing that this program publishes
      return null;
    }
    for (const [name, { bytes }] of Object.entries(manifest.files)) {
      if ((await this.sizeOf(key, name)) === bytes) continue;
      await this.dropDamaged(key);
      return null;
    }
    if (!this.whole.has(key) && !(await this.areSmallFilesWhole(manifest))) {
      await this.dropDamaged(key);
      return null;
    }
    this.whole.add(key);
    return { outputs: this.outputsOf(key), manifest };
  }

  /** Path of a file of a finished task. @throws FormatError when its name leads out of the outputs */
  fileOf(key: string, name: string): string {
    return pathInside(this.folder, `${placeOf(key)}/outputs/${name}`);
  }

  /** Notes that a result was used: those unused for longest are pruned first. */
  async touch(key: string): Promise<void> {
    const now = new Date();
    // A cache that may only be read serves its results all the same.
    await utimes(join(this.entry(key), MANIFEST_FILE), now, now).catch(() => undefined);
  }

  /**
   * Empty outputs, and checkpoints, log and metrics as earlier attempts left them.
   *
   * @param attempt tells this attempt's outputs from those of one that was taken for dead
   */
  async prepare(key: string, attempt = 'attempt'): Promise<Workspace> {
    const folder = this.working(key);
    const workspace = {
      outputs: join(folder, attempt, 'outputs'),
      checkpoints: join(folder, 'checkpoints'),
      ...this.recordsAtWork(key),
    };
    try {
      await makeStoreFolder(folder);
      for (const name of await readdir(folder)) {
        if (await isKept(folder, name)) continue;
        await rm(join(folder, name), { recursive: true, force: true });
      }
      await mkdir(workspace.outputs, { recursive: true });
      await mkdir(workspace.checkpoints, { recursive: true });
    } catch (error) {
      throw writeError(folder, error);
    }
    return workspace;
  }

  /** Makes the workspace's outputs the task's result. The first of two publishers wins. */
  async publish(
    key: string,
    facts: ResultFacts,
    { attempt = 'attempt', files }: { attempt?: string; files?: Manifest['files'] } = {},
  ): Promise<Manifest> {
    const working = this.working(key);
    const result = join(working, attempt);
    try {
      const manifest: Manifest = {
        key,
        ...facts,
        files: files ?? (await digestTree(join(result, 'outputs'))),
      };
      await copyIfThere(join(working, 'log.txt'), join(result, 'log.txt'));
      await compactMetrics(join(working, 'metrics.jsonl'), join(result, 'metrics.jsonl'));
      await writeDurably(join(result, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
      await syncTree(result);
      await this.moveIntoPlace(result, key);
      await rm(working, { recursive: true, force: true });
      return manifest;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      throw writeError(working, error);
    }
  }

  /**
   * Makes one result of several with different files, without copying where links are allowed.
   *
   * @returns digests of all files, as the parts' manifests have them
   * @throws MissingDataError when a part is gone; FormatError when two have the same file
   */
  async assemble(outputs: string, parts: readonly string[]): Promise<Manifest['files']> {
    const files: Manifest['files'] = {};
    for (const key of parts) {
      const part = await this.lookUp(key);
      if (part === null) {
        throw new MissingDataError(`cache: part ${key} is gone; expected all parts; run again`);
      }
      for (const [name, digest] of Object.entries(part.manifest.files)) {
        if (files[name] !== undefined) {
          throw new FormatError(
            `cache: two parts of a result have a file '${name}'; expected different names; correct the stage`,
          );
        }
        files[name] = digest;
        const target = pathInside(outputs, name);
        await mkdir(dirname(target), { recursive: true });
        await linkOrCopy(this.fileOf(key, name), target);
      }
    }
    return files;
  }

  /** Folder of a finished task's outputs. */
  outputsOf(key: string): string {
    return join(this.entry(key), 'outputs');
  }

  /** Where a finished task's log and metrics lie. */
  records(key: string): { log: string; metrics: string } {
    return {
      log: join(this.entry(key), 'log.txt'),
      metrics: join(this.entry(key), 'metrics.jsonl'),
    };
  }

  /** Keys of all results, without reading them: names of folders, and no others. */
  async keys(): Promise<string[]> {
    const groups = (await readdir(this.folder).catch(() => [])).filter((name) =>
      /^[0-9a-f]{2}$/.test(name),
    );
    const names = await Promise.all(
      groups.map(async (group) => {
        const found = await readdir(join(this.folder, group)).catch(() => []);
        return found.filter((name) => isKey(name) && name.startsWith(group));
      }),
    );
    return names.flat();
  }

  /** All results. */
  async list(): Promise<Manifest[]> {
    const manifests = await Promise.all((await this.keys()).map((key) => this.manifestOf(key)));
    return manifests.filter((manifest) => manifest !== null);
  }

  /** When a result was last used, milliseconds since 1970. */
  async lastUsedMs(key: string): Promise<number> {
    return (await stat(join(this.entry(key), MANIFEST_FILE))).mtimeMs;
  }

  /**
   * Removes a result. The rename makes it vanish at once, whole.
   *
   * @throws FormatError when the cache may only be read
   */
  async drop(key: string): Promise<void> {
    const aside = join(this.folder, `dropped-${key}-${process.pid}-${performance.now()}`);
    const entry = this.entry(key);
    try {
      await rename(entry, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // somebody else dropped it
      throw writeError(this.folder, error);
    }
    await rm(aside, { recursive: true, force: true });
  }

  /** Keys of tasks with half-done work, whoever does it. */
  async keysAtWork(): Promise<string[]> {
    return (await readdir(join(this.folder, 'working')).catch(() => [])).filter(isKey);
  }

  /** Where log and metrics of half-done work lie. */
  recordsAtWork(key: string): { log: string; metrics: string } {
    const folder = this.working(key);
    return { log: join(folder, 'log.txt'), metrics: join(folder, 'metrics.jsonl') };
  }

  /** Folder of half-done work on a task. @throws ConfigError for a text that is no key */
  working(key: string): string {
    return pathInside(this.folder, `working/${checked(key)}`);
  }

  private entry(key: string): string {
    return join(this.folder, placeOf(key));
  }

  private async manifestOf(key: string): Promise<Manifest | null> {
    try {
      return await readManifest(pathInside(this.folder, placeOf(key)));
    } catch (error) {
      if (error instanceof FormatError) return null; // a link that leads out
      throw error;
    }
  }

  /** A damaged result is a miss; where it may only be read, it stays one. */
  private async dropDamaged(key: string): Promise<void> {
    await this.drop(key).catch((error: unknown) => {
      if (!(error instanceof FormatError)) throw error;
    });
  }

  private async areSmallFilesWhole({ key, files }: Manifest): Promise<boolean> {
    let left = CHECKED_BYTES;
    const smallestFirst = Object.entries(files).sort(([, a], [, b]) => a.bytes - b.bytes);
    for (const [name, { bytes, sha256 }] of smallestFirst) {
      left -= bytes;
      if (left < 0) break;
      const digest = await digestFile(this.fileOf(key, name)).catch(() => null);
      if (digest?.sha256 !== sha256) return false;
    }
    return true;
  }

  private async sizeOf(key: string, name: string): Promise<number> {
    try {
      return (await stat(this.fileOf(key, name))).size;
    } catch {
      return -1;
    }
  }

  private async moveIntoPlace(result: string, key: string): Promise<void> {
    const final = this.entry(key);
    await makeStoreFolder(dirname(final));
    for (let attempt = 0; ; attempt++) {
      try {
        await rename(result, final);
        break;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || attempt > 0) throw error;
        if ((await this.lookUp(key)) !== null) break; // somebody else published the same key
      }
    }
    await syncPath(dirname(final));
  }
}

/** Keys come from task files, plans and command lines: none but a digest becomes part of a path. */
function checked(key: string): string {
  if (isKey(key)) return key;
  throw new ConfigError(
    `cache: '${printable(String(key))}' is no key of a result; expected 64 hexadecimal digits; remove the file that names it`,
  );
}

/** Place of a result in a cache. */
function placeOf(key: string): string {
  return `${checked(key).slice(0, 2)}/${key}`;
}

/** What an earlier attempt left for the next one: never a link, which writing would follow. */
async function isKept(folder: string, name: string): Promise<boolean> {
  const isRecord = name.endsWith('.txt') || name.endsWith('.jsonl');
  if (!isRecord && name !== 'checkpoints') return false;
  const found = await lstat(join(folder, name));
  return isRecord ? found.isFile() : found.isDirectory();
}

async function copyIfThere(from: string, to: string): Promise<void> {
  if (existsSync(from)) await copyFile(from, to);
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'EXDEV' && code !== 'ENOTSUP' && code !== 'EMLINK') {
      throw error;
    }
    await copyFile(from, to);
  }
}

/** An attempt that went on from a checkpoint repeats steps: each metric counts once a step. */
async function compactMetrics(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  const latest = new Map<string, string>();
  for (const line of (await readFile(from, 'utf8')).split('\n')) {
    try {
      const { key, step } = JSON.parse(line) as { key: string; step: number };
      latest.set(`${key} ${step}`, line);
    } catch {
      // A line that a killed attempt could not finish.
    }
  }
  await writeFile(to, [...latest.values()].map((line) => `${line}\n`).join(''));
}
