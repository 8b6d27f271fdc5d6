import { ENCODER_PRESETS } from '@omnict/encoding';
import { LANGUAGE_MODEL_PRESETS } from '@omnict/llm';
import { PROJECTOR_PRESETS } from '@omnict/model';
import { ConfigError, FormatError, MissingDataError } from '@omnict/core';
import { digestFile, isPlainObject, type PlainObject } from '@omnict/pipeline';
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, posix, win32 } from 'node:path';
import type { BundleInput } from './bundle-format';

/** Begins the value that stands for an input in the spec of a bundle. */
const MARK = 'input:';

/** Config paths whose values may be files or folders. */
const FILE_PATH = /(?:^|\.)(?:data\.dataset|model\.llm|model\.projector|(?:\w+\.)*encoder)$/;

/** Names of what comes with the program, also where a file of that name lies about. */
const SHIPPED: readonly string[] = [
  ...ENCODER_PRESETS,
  ...LANGUAGE_MODEL_PRESETS,
  ...PROJECTOR_PRESETS,
  'phantom-ct',
  'phantom-ct-2',
];

/** Files and folders that a spec names, each with the name by which a bundle asks for it. */
export type OutsidePaths = ReadonlyMap<string, string>;

/** Finds the files and folders that the config and the axes of a spec name. */
export function outsidePaths({ config, sweep }: PlainObject): OutsidePaths {
  const found = new Map<string, string>();
  const add = (key: string, value: string): void => {
    const isFile = isAbsolutePath(value) || (FILE_PATH.test(key) && existsSync(value));
    if (!isFile || SHIPPED.includes(value) || found.has(value)) return;
    const name = key.replaceAll(/[^A-Za-z0-9._-]/g, '-');
    const same = [...found.values()].filter((known) => known.replace(/-\d+$/, '') === name);
    found.set(value, same.length === 0 ? name : `${name}-${same.length + 1}`);
  };
  visitTexts(config, [], (keys, value) => add(keys.join('.'), value));
  // Keys of axes are whole config paths: `sweep.matrix.data.dataset.0`.
  visitTexts(sweep, [], (keys, value) => add(axisPath(keys), value));
  return found;
}

/** Puts the names of inputs in the place of their paths, also inside of texts. */
export function withInputNames(value: unknown, paths: OutsidePaths): unknown {
  const longestFirst = [...paths].sort(([one], [other]) => other.length - one.length);
  return mapTexts(value, (text) =>
    longestFirst.reduce(
      (result, [path, name]) =>
        // A short relative name may be part of any word.
        text === path || isAbsolutePath(path) ? result.replaceAll(path, MARK + name) : result,
      text,
    ),
  );
}

/**
 * Puts paths in the place of inputs.
 *
 * @param given paths by the names of inputs
 * @throws ConfigError naming all inputs that lack a path
 */
export function withInputPaths(value: unknown, given: ReadonlyMap<string, string>): unknown {
  return mapTexts(value, (text) => {
    if (!text.startsWith(MARK)) return text;
    const path = given.get(text.slice(MARK.length));
    if (path === undefined) {
      throw new ConfigError(
        `spec: '${text}' is no input of the bundle; expected one that bundle.json lists; get the bundle again`,
      );
    }
    return path;
  });
}

/**
 * Refuses texts of a stranger's spec that are paths of this machine: none that we write has one.
 *
 * @throws FormatError
 */
export function refusePaths(path: string, value: unknown): void {
  visitTexts(value, [], (keys, text) => {
    if (!isAbsolutePath(text) && !/(?:^|[\\/])\.\.(?:[\\/]|$)|^~/.test(text)) return;
    throw new FormatError(
      `${path}: spec: ${keys.join('.')} names a place of this machine: ${JSON.stringify(text)}; expected names of inputs; ask who made the bundle`,
    );
  });
}

/** Describes an input by sizes and digests. @throws MissingDataError when it is not there */
export async function describeInput(name: string, path: string): Promise<BundleInput> {
  if (!existsSync(path)) {
    throw new MissingDataError(
      `${name}: its file or folder is not there any more; expected it where the run found it; run this in the run's folder`,
    );
  }
  if (!statSync(path).isDirectory()) {
    return { name, files: [{ name: '', ...(await digestFile(path)) }] };
  }
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const files: BundleInput['files'] = [];
  for (const file of names.sort())
    files.push({ name: file, ...(await digestFile(join(path, file))) });
  return { name, files };
}

/** What of an input differs at a path; empty when it is the same. */
export async function inputProblems({ name, files }: BundleInput, path: string): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const place = file.name === '' ? path : join(path, file.name);
    if (!existsSync(place)) {
      problems.push(`${name}: ${place} is not there; expected ${file.bytes} bytes`);
      continue;
    }
    const { sha256 } = await digestFile(place);
    if (sha256 !== file.sha256)
      problems.push(`${name}: ${place} has SHA-256 ${sha256}; expected ${file.sha256}`);
  }
  return problems;
}

function axisPath(keys: readonly string[]): string {
  return keys.filter((key) => !/^\d+$/.test(key)).join('.');
}

function isAbsolutePath(text: string): boolean {
  return posix.isAbsolute(text) || win32.isAbsolute(text);
}

function visitTexts(
  value: unknown,
  keys: readonly string[],
  visit: (keys: readonly string[], text: string) => void,
): void {
  if (typeof value === 'string') visit(keys, value);
  else if (Array.isArray(value))
    value.forEach((item, index) => visitTexts(item, [...keys, String(index)], visit));
  else if (isPlainObject(value))
    for (const [key, inner] of Object.entries(value)) visitTexts(inner, [...keys, key], visit);
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, map)]),
  );
}
