import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readArchive, writeArchive } from './archive';
import { judgeFigure } from './compare-figures';
import { outsidePaths, withInputNames, withInputPaths } from './outside-inputs';

const folder = mkdtempSync(join(tmpdir(), 'omnict-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('judgeFigure', () => {
  const before = [0.8, 0.82, 0.84];

  it('tells equal figures, bit for bit', () => {
    expect(judgeFigure({ before, now: before })).toEqual({ verdict: 'equal' });
    expect(judgeFigure({ before, now: [0.8, 0.82, 0.84 + 1e-12] }).verdict).not.toBe('equal');
  });

  // Deviation 0.02 both times, 4 degrees of freedom: 2.776 * 0.02 * sqrt(2 / 3) = 0.0453.
  it.each([
    [0.045, 'within the noise of seeds'],
    [0.046, 'different'],
    [-0.045, 'within the noise of seeds'],
    [-0.046, 'different'],
  ])('judges a shift of %f by the noise of seeds', (shift, verdict) => {
    expect(judgeFigure({ before, now: before.map((value) => value + shift) }).verdict).toBe(
      verdict,
    );
  });

  it('calls nothing noise that one seed cannot tell', () => {
    const { verdict, note } = judgeFigure({ before: [0.5], now: [0.51], interval: [0.4, 0.6] });
    expect([verdict, note]).toEqual(['different', expect.stringMatching(/inside its interval/)]);
    expect(judgeFigure({ before: [0.5], now: [] })).toEqual({
      verdict: 'different',
      note: 'missing here',
    });
  });

  it('finds any change where seeds have no noise', () => {
    expect(judgeFigure({ before: [1, 1], now: [0.99, 0.99] }).verdict).toBe('different');
  });
});

describe('inputs of a bundle', () => {
  const records = join(folder, 'DOE_JOHN.jsonl');
  writeFileSync(records, '');
  const spec = {
    config: {
      data: { dataset: records },
      model: { encoder: 'siglip-tiny', ose: { strategy: 'none' } },
    },
    sweep: { matrix: { 'data.dataset': [records, 'phantom-ct'], 'model.llm': [folder, 'a/b'] } },
  };

  it('are files and folders, and no names of what comes with the program or the hub', () => {
    expect([...outsidePaths(spec)]).toEqual([
      [records, 'data.dataset'],
      [folder, 'matrix.model.llm'],
    ]);
  });

  it('are names in a bundle, and paths where it is run', () => {
    const paths = outsidePaths(spec);
    const row = `data.dataset=${records} llm=${folder}`;
    const named = withInputNames({ ...spec, row }, paths);
    expect(JSON.stringify(named)).not.toContain('DOE');
    expect(JSON.stringify(named)).not.toContain(folder);
    const given = new Map([...paths].map(([path, name]) => [name, path]));
    expect(withInputPaths(withInputNames(spec, paths), given)).toEqual(spec);
    expect(() => withInputPaths(named, new Map())).toThrow(/is no input of the bundle/);
  });
});

describe('archives', () => {
  it('come back as they were, with names of any length, and are equal for equal files', async () => {
    const files = new Map([
      ['bundle.json', Buffer.from('{}')],
      [`curves/${'long'.repeat(60)}.jsonl`, Buffer.from('é'.repeat(1000))],
      ['empty', Buffer.alloc(0)],
    ]);
    const [one, other] = [join(folder, 'one.tar.gz'), join(folder, 'other.tgz')];
    await writeArchive(one, files);
    await writeArchive(other, files);
    const read = await readArchive(one);
    expect([...read].map(([name, data]) => [name, Buffer.from(data)])).toEqual([...files]);
    expect(await readArchive(other)).toEqual(read);
    await expect(writeArchive(join(folder, 'x.zip'), files)).rejects.toThrow(/ends in .tar.gz/);
  });

  it('are Zstandard where Node.js has it, and say which one has it elsewhere', async () => {
    const path = join(folder, 'one.tar.zst');
    const files = new Map([['a', Buffer.from('b')]]);
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major > 22 || (major === 22 && minor >= 15)) {
      await writeArchive(path, files);
      expect((await readArchive(path)).size).toBe(1);
    } else await expect(writeArchive(path, files)).rejects.toThrow(/22\.15 or newer/);
  });
});
