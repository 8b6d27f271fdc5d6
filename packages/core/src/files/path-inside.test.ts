import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormatError } from '../errors/format-error';
import { pathInside } from './path-inside';

const folder = mkdtempSync(join(tmpdir(), 'omnict-inside-'));
const root = join(folder, 'root');

beforeAll(() => {
  mkdirSync(join(root, 'a'), { recursive: true });
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(root, 'a', 'file'), '');
  writeFileSync(join(folder, 'outside', 'secret'), '');
  symlinkSync(join(root, 'a'), join(root, 'within'));
  symlinkSync(join(folder, 'outside'), join(root, 'out'));
  symlinkSync(join(folder, 'outside', 'new'), join(root, 'dangling'));
  symlinkSync(root, join(folder, 'link-to-root'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('pathInside', () => {
  it('builds paths of what is there and of what is not yet', () => {
    expect(pathInside(root, 'a/file')).toBe(join(root, 'a', 'file'));
    expect(pathInside(root, 'b/..c/new')).toBe(join(root, 'b', '..c', 'new'));
    expect(pathInside(join(folder, 'link-to-root'), 'a/file')).toContain('link-to-root');
    expect(pathInside(join(folder, 'nothing'), 'a')).toBe(join(folder, 'nothing', 'a'));
  });

  it.each(['..', '../outside', 'a/../../outside/secret', '/etc/passwd', '', '.', 'a//b', 'a/'])(
    'refuses %j',
    (name) => expect(() => pathInside(root, name)).toThrow(FormatError),
  );

  it.each(['a\u0000b', 'a\nb', '..\\outside', 'a\u007f'])('refuses %j', (name) => {
    expect(() => pathInside(root, name)).toThrow(/is refused/);
  });

  it('refuses what is no text, as a JSON file may hold it', () => {
    for (const name of [undefined, null, 3, ['a'], {}])
      expect(() => pathInside(root, name as string)).toThrow(FormatError);
  });

  it('follows links that stay, and none that leads out, on the way or at the end', () => {
    expect(pathInside(root, 'within/file')).toBe(join(root, 'within', 'file'));
    for (const name of ['out', 'out/secret', 'dangling'])
      expect(() => pathInside(root, name)).toThrow(/leads out/);
    const linksInto = join(folder, 'outside');
    expect(pathInside(root, 'out/secret', { linksInto })).toBe(join(root, 'out', 'secret'));
  });
});
