import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALLOWED_IMPORTS } from '../boundaries.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MAX_FILE_BYTES = 2 ** 20;

/** Files git would publish. */
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '' && existsSync(join(ROOT, name)));

describe('every package', () => {
  it.each(Object.keys(ALLOWED_IMPORTS))('%s has what a package needs', (name) => {
    const folder = join(ROOT, 'packages', name);
    for (const file of [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'tsconfig.json',
      'src/index.ts',
    ]) {
      expect(existsSync(join(folder, file)), file).toBe(true);
    }
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      license: string;
      exports: Record<string, unknown>;
      nx: { tags: string[] };
      dependencies?: Record<string, string>;
    };
    expect(manifest.license).toBe('Apache-2.0');
    expect(Object.keys(manifest.exports)).toEqual(['.', './package.json']);
    expect(manifest.nx.tags[0]).toMatch(/^layer:L\d$/);
    const siblings = Object.keys(manifest.dependencies ?? {})
      .filter((dependency) => dependency.startsWith('@omnict/'))
      .map((dependency) => dependency.slice('@omnict/'.length));
    const allowed = ALLOWED_IMPORTS[name as keyof typeof ALLOWED_IMPORTS] as string[];
    expect(allowed, 'dependencies follow the boundaries').toEqual(expect.arrayContaining(siblings));
  });
});

describe('the repository', () => {
  it('holds no large file', () => {
    const large = tracked.filter((name) => statSync(join(ROOT, name)).size > MAX_FILE_BYTES);
    expect(large).toEqual([]);
  });

  it('names no machine', () => {
    const text = /\.(ts|mjs|js|json|ya?ml|md|py|sh|toml|txt)$|(^|\/)run$/;
    const machine = new RegExp(
      ['/work' + '/', '/ro' + 'ot/', '/ho' + 'me/', 'resolved": "ht' + 'tp'].join('|'),
    );
    const named = tracked
      .filter((name) => text.test(name))
      .filter((name) => machine.test(readFileSync(join(ROOT, name), 'utf8')));
    expect(named).toEqual([]);
  });

  it('uses .ts names in kebab-case', () => {
    const odd = tracked
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.(test|base|config|d))?\.ts$/.test(name));
    expect(odd).toEqual([]);
  });
});
