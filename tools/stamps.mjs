/** @file Stamps: what a finished step was made from, so that the next run can leave it out. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Digest of files: by content, or by size and time when there are many.
 *
 * @param {readonly string[]} files
 * @param {{ byContent?: boolean }} [options]
 */
export function digestOf(files, { byContent = true } = {}) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\n`);
    hash.update(byContent ? readFileSync(file) : `${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * Files below a folder, sorted; skips folders by name.
 *
 * @param {string} folder
 * @param {ReadonlySet<string>} skipped
 * @returns {string[]}
 */
export function filesBelow(folder, skipped) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path, skipped) : [path];
    })
    .sort();
}

/** @param {string} path @param {string} value @returns {boolean} true when the stamp has this value */
export function hasStamp(path, value) {
  return existsSync(path) && readFileSync(path, 'utf8') === value;
}

/** @param {string} path @param {string} value */
export function writeStamp(path, value) {
  if (existsSync(dirname(path))) writeFileSync(path, value);
}
