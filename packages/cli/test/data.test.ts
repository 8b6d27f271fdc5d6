import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-cli-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function omnict(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'data', ...args], {
    encoding: 'utf8',
    cwd: folder,
    maxBuffer: 2 ** 26,
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> };
}

const ANSWERS = [
  'upper left',
  'lower left',
  'upper right',
  'lower right',
  'middle',
  'centre',
  'rim',
];

beforeAll(() => {
  const rows = Array.from({ length: 140 }, (_, i) => ({
    img_name: `xmlab${i >> 1}/source.jpg`,
    question: `Where is lesion ${i} of the liver?`,
    answer: ANSWERS[i % ANSWERS.length],
    q_lang: 'en',
    location: 'Abdomen',
    modality: 'CT',
    base_type: 'vqa',
    content_type: 'Position',
    qid: i,
  }));
  mkdirSync(join(folder, 'slake'));
  const bad = { ...rows[0], qid: 1000, location: 'Moon' };
  writeFileSync(join(folder, 'slake', 'test.json'), JSON.stringify([...rows, bad], null, 1));
});

describe('omnict data', () => {
  it('imports, counts, splits, audits and builds a benchmark', () => {
    const args = ['import', 'slake', 'slake', '--out', 'all.jsonl', '--no-check-images'];
    const imported = omnict(...args, '--json');
    expect(imported.status).toBe(0);
    expect(imported.json()).toMatchObject({
      records: 140,
      problems: 1,
      counts: { 'unknown-organ': 1 },
    });
    expect(omnict(...args, '--strict').status).toBe(1);
    const stats = omnict('stats', 'all.jsonl', '--plots', 'figures', '--json');
    expect(stats.json()).toMatchObject({ records: 140, images: 70, organs: { liver: 140 } });
    expect(readFileSync(join(folder, 'figures', 'overview.svg'), 'utf8')).toMatch(/^<svg/);
    const split = ['split', 'all.jsonl', '--out', 'split.jsonl', '--shares', '0.3,0,0.7', '--json'];
    expect(omnict(...split).json()).toMatchObject({ leaks: 0 });
    expect(omnict('audit', 'split.jsonl', '--no-pictures').status).toBe(0);
    const bench = omnict('bench', 'split.jsonl', '--out', 'bench', '--no-hash-images', '--json');
    expect(bench.status).toBe(0);
    expect(bench.json()).toMatchObject({ schema: 'omnict/bench-datasheet@1' });
    expect(existsSync(join(folder, 'bench', 'datasheet.md'))).toBe(true);
  });

  it('tells wrong use from things found', () => {
    expect(omnict('import', 'imagenet', 'x', '--out', 'y').status).toBe(2);
    expect(omnict('split', 'all.jsonl', '--out', 'x', '--shares', '1,1,1').status).toBe(2);
    const invalid = omnict('validate', 'all.jsonl', '--json'); // images are not there
    expect(invalid.status).toBe(1);
    expect(invalid.json()).toMatchObject({ valid: 0, counts: { 'missing-image': 140 } });
    for (const command of [
      'import',
      'pull',
      'validate',
      'stats',
      'split',
      'dedup',
      'audit',
      'bench',
    ]) {
      expect(omnict(command, '--help').stdout).toContain(`Example:\n  omnict data ${command}`);
    }
  });
});
