import { FormatError, MissingDataError } from '@omnict/nn';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** What a published result says about itself. */
export interface Manifest {
  key: string;
  stage: string;
  /** Seconds the stage ran. */
  seconds: number;
  /** Size and SHA-256 of each output file, by path with forward slashes. */
  files: Record<string, { bytes: number; sha256: string }>;
}

/** Folders of a task that is being worked on. */
export interface Workspace {
  outputs: string;
  checkpoints: string;
  log: string;
  metrics: string;
}

/**
 * Content-addressed results of stages: `<kk>/<key>/{manifest.json, outputs/, log.txt,
 * metrics.jsonl}`. A result is made in a folder of its own and appears by one rename, so that
 * readers take no lock and a killed writer leaves nothing that looks finished.
 */
export class StageCache {
  constructor(readonly folder: string) {}

  /** Outputs of a finished task, or null. A result whose files are gone or cut is dropped. */
  async lookUp(key: string): Promise<{ outputs: string; manifest: Manifest } | null> {
    const folder = this.entry(key);
    const manifest = await readManifest(folder);
    if (manifest === null) return null;
    const outputs = this.outputsOf(key);
    for (const [name, { bytes }] of Object.entries(manifest.files)) {
      const size = await stat(join(outputs, name)).then(
        (info) => info.size,
        () => -1,
      );
      if (size !== bytes) {
        await rm(folder, { recursive: true, force: true });
        return null;
      }
    }
    return { outputs, manifest };
  }

  /** Empty outputs, and checkpoints as an earlier attempt left them. */
  async prepare(key: string): Promise<Workspace> {
    const folder = this.working(key);
    const workspace = {
      outputs: join(folder, 'outputs'),
      checkpoints: join(folder, 'checkpoints'),
      log: join(folder, 'log.txt'),
      metrics: join(folder, 'metrics.jsonl'),
    };
    await rm(workspace.outputs, { recursive: true, force: true });
    await rm(workspace.metrics, { force: true });
    await mkdir(workspace.outputs, { recursive: true });
    await mkdir(workspace.checkpoints, { recursive: true });
    return workspace;
  }

  /** Makes the workspace's outputs the task's result. The first of two publishers wins. */
  async publish(
    key: string,
    { stage, seconds }: { stage: string; seconds: number },
  ): Promise<Manifest> {
    const working = this.working(key);
    const files: Manifest['files'] = {};
    for (const name of await listFiles(join(working, 'outputs'))) {
      files[name] = await digestFile(join(working, 'outputs', name));
    }
    const manifest: Manifest = { key, stage, seconds, files };
    await writeDurably(join(working, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(join(working, 'checkpoints'), { recursive: true, force: true });
    const final = this.entry(key);
    await mkdir(dirname(final), { recursive: true });
    try {
      await rename(working, final);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      await rm(working, { recursive: true, force: true }); // somebody else published the same key
    }
    return manifest;
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

  /** All results. */
  async list(): Promise<Manifest[]> {
    const manifests: Manifest[] = [];
    for (const group of await readdir(this.folder).catch(() => [])) {
      if (!/^[0-9a-f]{2}$/.test(group)) continue;
      for (const key of await readdir(join(this.folder, group))) {
        const manifest = await readManifest(join(this.folder, group, key));
        if (manifest !== null) manifests.push(manifest);
      }
    }
    return manifests;
  }

  /** Checks every digest and drops results that fail. @returns keys dropped */
  async verify(): Promise<string[]> {
    const dropped: string[] = [];
    for (const { key, files } of await this.list()) {
      for (const [name, expected] of Object.entries(files)) {
        const path = join(this.outputsOf(key), name);
        const found = await digestFile(path).catch(() => null);
        if (found?.sha256 === expected.sha256) continue;
        await rm(this.entry(key), { recursive: true, force: true });
        dropped.push(key);
        break;
      }
    }
    return dropped;
  }

  /** Removes results that `keep` does not want, and all half-done work. @returns keys removed */
  async prune(keep: (manifest: Manifest) => boolean): Promise<string[]> {
    const removed: string[] = [];
    for (const manifest of await this.list()) {
      if (keep(manifest)) continue;
      await rm(this.entry(manifest.key), { recursive: true, force: true });
      removed.push(manifest.key);
    }
    return removed;
  }

  private entry(key: string): string {
    return join(this.folder, key.slice(0, 2), key);
  }

  private working(key: string): string {
    return join(this.folder, 'working', key);
  }
}

async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Size and SHA-256 of a file. @throws MissingDataError */
export async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    throw new MissingDataError(
      `${path}: cannot be read; expected an input of the sweep; check the path`,
      {
        cause: error,
      },
    );
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Writes a file and waits until the disk has it. @throws FormatError when the disk is full */
export async function writeDurably(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new FormatError(
      `${path}: cannot be written (${code ?? 'unknown reason'}); ${code === 'ENOSPC' ? 'free disk space and run again' : 'check the folder'}`,
      { cause: error },
    );
  }
}
