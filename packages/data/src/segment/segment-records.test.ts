import type { QuestionRecord, Volume } from '@omnict/core';
import { readMask, writeNifti } from '@omnict/io';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRecords, writeRecords } from '../records-file';
import { segmentRecords } from './segment-records';

const root = mkdtempSync(join(tmpdir(), 'omnict-segment-records-'));
const at = (...parts: string[]): string => join(root, ...parts);

/** Stands for TotalSegmentator: labels all voxels as liver, notes what it is asked, fails on 3 planes. */
const COMMAND = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { gunzipSync, gzipSync } = require('node:zlib');
const args = process.argv.slice(2);
const valueOf = (flag) => args[args.indexOf(flag) + 1];
const image = gunzipSync(readFileSync(valueOf('-i')));
const from = args.indexOf('--ml');
appendFileSync(${JSON.stringify(at('calls'))}, args.slice(from).join(' ') + '\\n');
if (image.readInt16LE(46) === 3) { console.error('too few slices'); process.exit(4); }
const voxels = [42, 44, 46].reduce((product, at) => product * image.readInt16LE(at), 1);
image.writeInt16LE(2, 70);
image.writeInt16LE(8, 72);
writeFileSync(valueOf('-o'), gzipSync(Buffer.concat([image.subarray(0, 352), Buffer.alloc(voxels, 5)])));
`;

function volume(depth: number): Volume {
  return {
    data: new Int16Array(depth * 16),
    shape: [depth, 4, 4],
    spacing: [5, 2, 2],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  };
}

const record = (id: string, image: string, question: string): QuestionRecord => ({
  id,
  image,
  question,
  answer: 'no',
  modality: 'volume',
  organ: 'liver',
  split: 'train',
  taskType: 'judgment',
  category: 'MAI',
  source: 'test',
});

const RECORDS: QuestionRecord[] = [
  record('a', 'ct/a.nii.gz', 'Is the liver large?'),
  record('b', 'ct/a.nii.gz', 'Is the aorta calcified?'),
  record('c', 'ct/b.nii.gz', 'Is the spleen large?'),
  record('d', 'ct/short.nii.gz', 'Is the spleen large?'),
  { ...record('e', 'ct/a.nii.gz', 'Is it normal?'), modality: 'slice' },
  { ...record('f', 'ct/a.nii.gz', 'Is it normal?'), mask: 'given.nii.gz' },
];

async function masksOf(path: string): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for await (const { id, mask } of readRecords(path)) found[id] = mask;
  return found;
}

beforeAll(async () => {
  for (const folder of ['ct', 'bin', 'own']) mkdirSync(at(folder));
  for (const [name, depth] of [
    ['a', 6],
    ['b', 5],
    ['short', 3],
  ] as const) {
    await writeNifti(at('ct', `${name}.nii.gz`), volume(depth));
  }
  writeFileSync(at('bin', 'TotalSegmentator'), COMMAND);
  chmodSync(at('bin', 'TotalSegmentator'), 0o755);
  await writeRecords(at('records.jsonl'), RECORDS);
});
beforeEach(() => {
  writeFileSync(at('calls'), '');
  vi.stubEnv('PATH', [at('bin'), process.env['PATH']].join(delimiter));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('segmentRecords', () => {
  it('segments what is asked about, keeps going past failures, and goes on in another run', async () => {
    const run = (out: string) => segmentRecords(at('records.jsonl'), { out: at(out), fast: true });
    const shard = { index: 1, count: 3 };
    const part = await segmentRecords(at('records.jsonl'), { out: at('o'), fast: true, shard });
    expect(part).toMatchObject({ records: undefined, made: 1, skipped: 0, failures: [] });
    const report = await run('o');
    expect(report).toMatchObject({ made: 1, skipped: 1, without: 0 });
    expect(report.failures).toEqual([
      {
        image: at('ct', 'short.nii.gz'),
        message: expect.stringMatching(/code 4.*too few slices/) as string,
      },
    ]);
    expect(JSON.parse(readFileSync(at('o', 'failures.json'), 'utf8'))).toEqual(report.failures);
    expect(readFileSync(at('calls'), 'utf8').trim().split('\n')).toEqual([
      '--ml --fast --roi_subset spleen',
      '--ml --fast --roi_subset liver aorta',
      '--ml --fast --roi_subset spleen',
    ]);
    const masks = await masksOf(report.records as string);
    expect(masks).toEqual({
      a: masks['b'],
      b: masks['a'],
      c: expect.stringMatching(/^masks\//) as string,
      d: undefined,
      e: undefined,
      f: join('..', 'given.nii.gz'),
    });
    const mask = await readMask(at('o', masks['a'] as string));
    expect([mask.shape, mask.labels]).toEqual([[6, 4, 4], { 5: 'liver' }]);
  });

  it('says at once that the program is not there', async () => {
    vi.stubEnv('PATH', at('ct'));
    await expect(segmentRecords(at('records.jsonl'), { out: at('none') })).rejects.toThrow(
      /'TotalSegmentator' is not there.*pip install/,
    );
  });

  it('takes masks made elsewhere on the same grid, and refuses others', async () => {
    const labels = (depth: number) => {
      const { unit: _, ...grid } = volume(depth);
      return { ...grid, data: new Uint8Array(depth * 16).fill(5), labels: { 5: 'liver' } };
    };
    await writeNifti(at('own', 'a.nii.gz'), labels(6));
    await writeNifti(at('own', 'b.nii.gz'), labels(6));
    const report = await segmentRecords(at('records.jsonl'), { out: at('i'), masks: at('own') });
    expect(report.made).toBe(1);
    expect(report.failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/b\.nii\.gz: lies on another grid/),
      expect.stringMatching(/short\.nii\.gz: no mask in/),
    ]);
    const masks = await masksOf(report.records as string);
    expect(masks['a']).toBe(join('..', 'own', 'a.nii.gz'));
    expect(masks['c']).toBeUndefined();
    expect(readFileSync(at('calls'), 'utf8')).toBe('');
  });
});
