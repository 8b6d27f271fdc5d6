/** @file Reading, preparing and segmenting CT as users do, and what never comes out of it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDENTIFYING_VALUES, writeIdentifiedSeries } from './identified-series';

/** The command as users run it: `npm test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const BASE = fileURLToPath(new URL('../../../experiments/base/omnict-tiny.yaml', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'omnict-reading-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (...names: string[]): string => join(folder, ...names);

function omnict(args: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  writeIdentifiedSeries(path('scan', 'series'), 12);
  mkdirSync(path('bin'));
});

describe('omnict inspect', () => {
  it('prints exactly its facts as JSON', () => {
    const { status, stdout } = omnict(['inspect', path('scan'), '--json']);
    expect(status).toBe(0);
    const facts = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(facts)).toEqual([
      'format',
      'modality',
      'shape',
      'spacingMm',
      'orientation',
      'originMm',
      'directionLps',
      'values',
      'huMin',
      'huMax',
      'huMean',
      'warnings',
    ]);
    expect(facts).toMatchObject({
      format: 'dicom',
      modality: 'volume',
      shape: [12, 64, 64],
      spacingMm: [2, 0.75, 0.5],
      orientation: 'LPS',
      originMm: [-16, -24, 100],
      directionLps: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      warnings: [],
    });
  });

  it('lists series and takes the reading options', () => {
    const listed = omnict(['inspect', path('scan'), '--list-series']);
    expect(listed.stdout).toMatch(/^1 +CT +12 slices of 64 x 64/);
    expect(omnict(['inspect', path('scan'), '--series', '7']).status).toBe(2);
    expect(omnict(['inspect', path('scan'), '--missing-slices', 'guess']).status).toBe(2);
  });
});

describe('omnict prepare', () => {
  it('spreads a folder over threads, goes on where it stopped, and ends with 1 on failures', () => {
    const args = ['prepare', path('scan'), '--out', path('arrays'), '--size', '4,8,8', '--json'];
    const first = omnict([...args, '--workers', '2']);
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ total: 1, prepared: 1, failures: [] });
    expect(first.stderr).toMatch(/1 of 1 images, 0 failed/);
    expect(JSON.parse(omnict(args).stdout)).toMatchObject({ prepared: 0, skipped: 1 });
    mkdirSync(path('mixed'));
    for (const index of [1, 2, 3]) {
      writeFileSync(path('mixed', `cut${index}.nii`), Buffer.alloc(400, index));
    }
    const failed = omnict(['prepare', path('mixed'), '--out', path('arrays2'), '--workers', '2']);
    expect([failed.status, failed.stdout]).toEqual([1, expect.stringMatching(/3 failed of 3/)]);
    expect(readFileSync(path('arrays2', 'failures.json'), 'utf8')).toContain('cut2.nii');
  });
});

describe('omnict segment', () => {
  const withCommand = { PATH: `${path('bin')}${delimiter}${process.env['PATH'] ?? ''}` };
  const args = ['segment', path('scan'), '--out', path('organs.nii.gz'), '--json'];

  it('names the coarse segmenter in its output', () => {
    const { status, stdout, stderr } = omnict([...args, '--method', 'coarse']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ method: 'coarse', labels: { 118: 'coarse_body' } });
    expect(stderr).toBe('');
    expect(gunzipSync(readFileSync(path('organs.nii.gz'))).toString('latin1')).toContain(
      'coarse_lungs',
    );
  });

  it('runs TotalSegmentator where it is installed, and says why it failed', () => {
    // Stands for the real command: labels every voxel of its input as liver.
    const command = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const { gunzipSync, gzipSync } = require('node:zlib');
const [, , , input, , output, flag] = process.argv;
if (flag !== '--ml') process.exit(3);
const image = gunzipSync(readFileSync(input));
const voxels = [42, 44, 46].reduce((product, at) => product * image.readInt16LE(at), 1);
image.writeInt16LE(2, 70);
image.writeInt16LE(8, 72);
writeFileSync(output, gzipSync(Buffer.concat([image.subarray(0, 352), Buffer.alloc(voxels, 5)])));
console.log('done');
`;
    writeFileSync(path('bin', 'TotalSegmentator'), command, { mode: 0o755 });
    const { status, stdout } = omnict(args, withCommand);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      method: 'TotalSegmentator',
      shape: [12, 64, 64],
      labels: { 5: 'liver' },
    });
    const failing = `#!/bin/sh\necho 'no weights' >&2\nexit 4\n`;
    writeFileSync(path('bin', 'TotalSegmentator'), failing, { mode: 0o755 });
    const failed = omnict(args, withCommand);
    expect([failed.status, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/code 4.*no weights/),
    ]);
  });
});

describe('identifying values of a DICOM series', () => {
  it('occur in no output, log, cache entry or tracked run', () => {
    const told: string[] = [];
    for (const args of [
      ['inspect', path('scan'), '--json'],
      ['inspect', path('scan'), '--list-series', '--json'],
      ['inspect', path('scan'), '--series', '9'],
      ['prepare', path('scan'), '--out', path('out', 'one.npy')],
      ['prepare', path('scan'), '--out', path('out')],
      ['segment', path('scan'), '--out', path('out', 'organs.nii'), '--method', 'coarse'],
    ]) {
      mkdirSync(path('out'), { recursive: true });
      const { stdout, stderr } = omnict(args);
      told.push(stdout, stderr);
    }
    const record = (split: string, index: number): object => ({
      id: `${split}-${index}`,
      image: index % 2 === 0 ? path('scan', 'series') : path('scan', 'series', '5.dcm'),
      mask: path('out', 'organs.nii'),
      modality: index % 2 === 0 ? 'volume' : 'slice',
      organ: 'lungs',
      organLabels: [119],
      taskType: 'judgment',
      category: 'GIR',
      question: 'Is this a chest?',
      answer: 'Yes',
      source: 'test',
      split,
    });
    const records = [0, 1, 2, 3, 4, 5].map((index) => record(index < 4 ? 'train' : 'test', index));
    writeFileSync(path('records.jsonl'), records.map((line) => JSON.stringify(line)).join('\n'));
    writeFileSync(
      path('sweep.yaml'),
      `schema: omnict/sweep@1
name: identified
extends: [${JSON.stringify(BASE)}]
config:
  data: { dataset: ${JSON.stringify(path('records.jsonl'))} }
  train:
    pretrain: { batchSize: 2 }
    finetune: { batchSize: 2, epochs: 1 }
  predict: { maxNewTokens: 4 }
sweep:
  matrix: { model.ose.strategy: [adaptive] }
`,
    );
    const run = omnict(['run', path('sweep.yaml'), '--store', path('out', 'store'), '--json']);
    told.push(run.stdout, run.stderr);
    expect([run.status, run.stderr]).toEqual([0, expect.not.stringMatching(/error:/)]);

    const files = readdirSync(path('out'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(10); // arrays, caches and runs were looked at
    for (const file of files) {
      const bytes = readFileSync(file);
      told.push(file, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1'));
    }
    for (const value of IDENTIFYING_VALUES) {
      expect([value, told.some((text) => text.includes(value))]).toEqual([value, false]);
    }
  });
});
