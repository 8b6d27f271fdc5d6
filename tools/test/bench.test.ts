import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPeer, startPeer } from '../../benchmarks/peers.mjs';
import { BENCHMARKS, catalogText } from '../bench/catalog.mjs';
import { filesBelow } from '../stamps.mjs';
import { ROOT } from '../steps.mjs';

const FOLDER = join(ROOT, 'benchmarks');
const failing = ['-e', "console.error('no module of that name'); process.exit(3)"];

describe('npm run bench', () => {
  it('reaches every script that is started by hand', () => {
    const started = filesBelow(FOLDER, new Set(['node_modules']))
      .filter((file) => readFileSync(file, 'utf8').includes('npm run bench -- '))
      .filter((file) => file.endsWith('.mjs'));
    expect(started.map((file) => file.slice(FOLDER.length + 1)).sort()).toEqual(
      Object.values(BENCHMARKS)
        .map(({ script }) => script)
        .sort(),
    );
    const runners = filesBelow(FOLDER, new Set()).filter((file) => file.endsWith('/run.mjs'));
    expect(started).toEqual(expect.arrayContaining(runners));
  });

  it('lists each in a line', () => {
    for (const [name, { about }] of Object.entries(BENCHMARKS)) {
      expect(catalogText()).toMatch(new RegExp(`^  ${name} .*${about.slice(0, 20)}`, 'm'));
    }
  });

  it('pins what each Python needs', () => {
    for (const { requirements } of Object.values(BENCHMARKS)) {
      if (requirements === undefined) continue;
      expect(existsSync(join(FOLDER, requirements))).toBe(true);
      const lines = readFileSync(join(FOLDER, requirements), 'utf8').trim().split('\n');
      for (const line of lines) expect(line).toMatch(/^[\w-]+==[\d.]+$/);
    }
  });

  it('shows why a peer failed', async () => {
    expect(() => runPeer(process.execPath, failing)).toThrow(/code 3\nno module of that name/);
    const shown: string[] = [];
    const { error } = console;
    console.error = (text: string) => shown.push(text);
    const exitCode = process.exitCode;
    try {
      expect(await startPeer('torch', process.execPath, failing)).toBeUndefined();
      expect(process.exitCode).toBe(1);
    } finally {
      console.error = error;
      process.exitCode = exitCode;
    }
    expect(shown.join()).toContain('torch did not start:\nno module of that name');
  });
});
