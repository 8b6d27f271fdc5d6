import { ConfigError } from '@omnict/core';
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Files found in a folder tree. */
export interface FilesBelow {
  /** Paths below the folder, in order; a file that several links lead to is listed once. */
  files: string[];
  /** What was passed over, one sentence each. */
  warnings: string[];
}

/** Folders within folders, links followed: deeper trees go round in circles of their own making. */
const MAX_DEPTH = 64;

/** Files of one image or data set; more is a whole disk. */
const MAX_FILES = 2_000_000;

/** What macOS and Windows leave in folders and archives; never an image, whatever the extension. */
const SYSTEM_FILE = /^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i;
const SYSTEM_FOLDER = '__MACOSX';

/** Names shown of many. */
const SHOWN = 5;

/** True for a file that an operating system leaves beside others. */
export function isSystemFile(name: string): boolean {
  return SYSTEM_FILE.test(name);
}

/** The first names of a list, and how many more there are. */
export function someNames(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/**
 * Finds all files below a folder. Links to files and folders are followed, as the caches of Hugging
 * Face, DVC and DataLad are made of them; a folder that was seen is not entered again.
 *
 * @throws ConfigError when there are more files than an image or data set has
 */
export async function filesBelow(folder: string): Promise<FilesBelow> {
  const walk = new Walk(folder);
  await walk.enter(folder, 0);
  const files = await walk.distinct();
  return { files: files.sort(), warnings: walk.warnings() };
}

class Walk {
  readonly #root: string;
  readonly #seen = new Set<string>();
  /** Path as found, and the real one where no link leads to it. */
  readonly #plain: { path: string; real: string }[] = [];
  readonly #linked: string[] = [];
  readonly #broken: string[] = [];
  #systemFiles = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async enter(folder: string, depth: number): Promise<void> {
    const real = await realpath(folder);
    if (this.#seen.has(real) || depth > MAX_DEPTH) return;
    this.#seen.add(real);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      await this.#take(entry, { folder, real, depth });
    }
  }

  async #take(
    entry: Dirent,
    { folder, real, depth }: { folder: string; real: string; depth: number },
  ): Promise<void> {
    const path = join(folder, entry.name);
    if (isSystemFile(entry.name) || entry.name === SYSTEM_FOLDER) {
      this.#systemFiles++;
      return;
    }
    if (entry.isDirectory()) return this.enter(path, depth + 1);
    if (entry.isFile()) this.#plain.push({ path, real: join(real, entry.name) });
    if (!entry.isSymbolicLink()) return this.#checkCount();
    const target = await stat(path).catch(() => undefined);
    if (target?.isDirectory() === true) return this.enter(path, depth + 1);
    if (target?.isFile() === true) this.#linked.push(path);
    if (target === undefined) this.#broken.push(relative(this.#root, path));
    this.#checkCount();
  }

  #checkCount(): void {
    if (this.#plain.length + this.#linked.length <= MAX_FILES) return;
    throw new ConfigError(
      `${this.#root}: more than ${MAX_FILES} files; expected an image or a data set; give a folder further down`,
    );
  }

  async distinct(): Promise<string[]> {
    const known = new Set(this.#plain.map(({ real }) => real));
    const files = this.#plain.map(({ path }) => path);
    for (const path of this.#linked.sort()) {
      const real = await realpath(path);
      if (known.has(real)) continue;
      known.add(real);
      files.push(path);
    }
    return files;
  }

  warnings(): string[] {
    const broken = this.#broken.sort();
    return [
      ...(broken.length === 0
        ? []
        : [`${broken.length} links lead nowhere: ${someNames(broken)}; fetch what they stand for`]),
      ...(this.#systemFiles === 0
        ? []
        : [`${this.#systemFiles} files of an operating system (._ and like) were left out`]),
    ];
  }
}
