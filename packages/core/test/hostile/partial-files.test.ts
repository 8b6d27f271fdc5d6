import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeJsonLines } from '../../src/files/json-lines';
import { replaceFile, writeFileAtomic } from '../../src/files/write-file-atomic';

let folder: string;
let victim: string;
let target: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  victim = join(folder, 'victim');
  target = join(folder, 'shared.json');
  writeFileSync(victim, 'mine');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const writers = [
  ['writeFileAtomic', () => writeFileAtomic(target, 'new')],
  ['writeJsonLines', () => writeJsonLines(target, ['new'])],
  ['replaceFile', () => replaceFile(target, (file) => file.writeFile('new'))],
] as const;

describe.each(writers)('%s in a folder that others write to', (_, write) => {
  it('writes through no link that was planted under a name one could guess', async () => {
    for (const name of [`${process.pid}.partial`, 'partial', 'tmp'])
      symlinkSync(victim, `${target}.${name}`);
    await write();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readFileSync(target, 'utf8')).toContain('new');
  });

  it('replaces a link in the place of the file, and leaves what it led to', async () => {
    symlinkSync(victim, target);
    await write();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readFileSync(target, 'utf8')).toContain('new');
    expect(readdirSync(folder).sort()).toEqual(['shared.json', 'victim']);
  });
});

describe('a file for its user alone', () => {
  it('never had another mode', async () => {
    const seen: number[] = [];
    await replaceFile(
      target,
      async (file) => {
        seen.push((await file.stat()).mode & 0o777);
        await file.writeFile('secret');
      },
      { mode: 0o600 },
    );
    expect([...seen, statSync(target).mode & 0o777]).toEqual([0o600, 0o600]);
  });
});
