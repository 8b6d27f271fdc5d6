/** @file Every package has an example, and each prints what its last lines say. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ALLOWED_IMPORTS } from '../boundaries.mjs';

const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'examples');

/** Lines of the comment at the end of an example. */
function promised(file: string): string {
  const [, comment = ''] = readFileSync(file, 'utf8').split('\n// Prints:\n');
  return comment.replace(/^\/\/ /gm, '').trimEnd();
}

describe('examples', () => {
  afterEach(() => vi.restoreAllMocks());

  it('are there for every package', () => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
    const packages = Object.keys(ALLOWED_IMPORTS).map((name) => `${name}.ts`);
    expect(names.sort()).toEqual(packages.sort());
  });

  it.each(Object.keys(ALLOWED_IMPORTS))('%s prints what it promises', async (name) => {
    const file = join(FOLDER, `${name}.ts`);
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...values) => lines.push(format(...values)));
    await import(pathToFileURL(file).href);
    expect(lines.join('\n')).toBe(promised(file));
  });
});
