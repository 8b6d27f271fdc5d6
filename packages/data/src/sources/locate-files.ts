import { ConfigError, MissingDataError, type Split } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { glob } from 'tinyglobby';
import type { LocatedFile, SourceAdapter, SourceFile } from './source-adapter';

/** Files of a data set, and the folder their paths are relative to. */
export interface LocatedFiles {
  root: string;
  files: LocatedFile[];
}

/**
 * Finds the files with rows: all of a folder, or the one that the path names.
 *
 * @throws MissingDataError when there are none; ConfigError when a file has no name of the data set
 */
export async function locateFiles(source: SourceAdapter, path: string): Promise<LocatedFiles> {
  const found = await stat(path).catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected a folder or file of ${source.title}; check the path`,
      { cause: error },
    );
  });
  const names = source.files.map((file) => file.glob).join(', ');
  if (!found.isDirectory()) {
    const file = source.files.find((candidate) => matchesName(candidate.glob, basename(path)));
    if (file === undefined) {
      throw new ConfigError(
        `${path}: is no file of ${source.title}; expected one of ${names}; give it the published name`,
      );
    }
    return { root: dirname(path), files: [located(file, path)] };
  }
  const files: LocatedFile[] = [];
  for (const file of source.files.filter(({ onlyByName }) => onlyByName !== true)) {
    const matches = await glob(file.glob, { cwd: path, expandDirectories: false });
    files.push(...matches.sort().map((match) => located(file, join(path, match))));
  }
  if (files.length === 0) {
    throw new MissingDataError(
      `${path}: has no rows of ${source.title}; expected ${names}; check the path`,
    );
  }
  return { root: path, files };
}

function located(file: SourceFile, path: string): LocatedFile {
  const split = file.split === 'by-name' ? splitOfName(basename(path)) : file.split;
  return { ...file, path, split };
}

/** Split that a file's name tells; train when it tells none. */
function splitOfName(name: string): Split {
  if (/test/i.test(name)) return 'test';
  return /val/i.test(name) ? 'validation' : 'train';
}

/** Does a name fit the last part of a glob? */
function matchesName(pattern: string, name: string): boolean {
  const last = pattern.slice(pattern.lastIndexOf('/') + 1);
  const source = last
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replace(/\{([^}]*)\}/g, (_, choices: string) => `(?:${choices.replaceAll(',', '|')})`);
  return new RegExp(`^${source}$`).test(name);
}
