/** @file What `omnict --help` loads: little code is what makes it quick. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAIN } from './tiny-sweep/tiny-sweep';

/** Folder of a loaded file's package: `commander`, `core`. */
const PACKAGE = /(?:node_modules|packages)\/(?!.*(?:node_modules|packages)\/)((?:@[^/]+\/)?[^/]+)/;

/** Runs omnict with V8's coverage, which lists every file that was loaded. */
function loadedBy(...args: string[]): { packages: string[]; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-start-up-'));
  try {
    const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
      encoding: 'utf8',
    });
    const urls = readdirSync(folder).flatMap((name) => {
      const coverage = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        result: { url: string }[];
      };
      return coverage.result.map(({ url }) => url);
    });
    const packages = urls.flatMap((url) => PACKAGE.exec(url)?.[1] ?? []);
    return { packages: [...new Set(packages)].sort(), stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.each([
  ['--help', /^ {2}predict +answer a question/m],
  ['--version', /^\d+\.\d+\.\d+\n$/],
  ['rnu', /unknown command 'rnu'.*\n.*Did you mean run\?/],
])('omnict %s loads neither engine nor pipeline', (arg, expected) => {
  const { packages, stdout, stderr } = loadedBy(arg);
  expect(stdout + stderr).toMatch(expected);
  expect(packages).toEqual(['cli', 'commander', 'core']);
});

it('loads what a command needs when its help is asked for', () => {
  const { packages, stdout } = loadedBy('help', 'validate');
  expect(stdout).toContain('omnict validate experiments/quickstart.yaml');
  expect(packages).toContain('runner');
});
