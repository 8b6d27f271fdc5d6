import type { Volume } from '@omnict/core';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BatchProgress,
  prepareFiles,
  readCtRateMetadata,
  readNpy,
  readVolume,
  segmentCoarsely,
  writeNifti,
} from '../src/index';
import { dicomSlice } from './dicom-writer';

const root = mkdtempSync(join(tmpdir(), 'omnict-batch-'));
afterAll(() => rmSync(root, { recursive: true }));
const path = (...names: string[]): string => join(root, ...names);

const VOLUME: Volume = {
  data: Int16Array.from({ length: 60 }, (_, i) => i * 10 - 300),
  shape: [3, 4, 5],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
};
const SETTINGS = { window: [-1000, 1000], size: [2, 2, 2], workers: 0 } as const;

describe('many images', () => {
  beforeAll(async () => {
    mkdirSync(path('scans', 'deep', 'series'), { recursive: true });
    await writeNifti(path('scans', 'a.nii.gz'), VOLUME);
    await writeNifti(path('scans', 'deep', 'a.nii'), VOLUME);
    writeFileSync(path('scans', 'deep', 'cut.nii'), Buffer.alloc(400, 1));
    for (const z of [0, 1, 2])
      for (const series of ['1.2.3.5', '1.2.3.6']) {
        const slice = dicomSlice({ position: [0, 0, z], series });
        writeFileSync(path('scans', 'deep', 'series', `${series}-${z}.dcm`), slice);
      }
  });

  it('of a tree are prepared, failures reported, and nothing done twice', async () => {
    const out = path('scans', 'prepared');
    const seen: BatchProgress[] = [];
    const onProgress = (progress: BatchProgress): void => void seen.push(progress);
    const result = await prepareFiles(path('scans'), { ...SETTINGS, out, onProgress });
    expect(result).toMatchObject({ total: 5, prepared: 4, skipped: 0 });
    expect(result.failures).toMatchObject([{ image: path('scans', 'deep', 'cut.nii') }]);
    expect(JSON.parse(readFileSync(join(out, 'failures.json'), 'utf8'))).toEqual(result.failures);
    expect(seen.at(-1)).toMatchObject({ done: 5, total: 5, failed: 1, secondsLeft: 0 });
    for (const name of ['a', 'deep/a', 'deep/series-series-1', 'deep/series-series-2']) {
      expect((await readNpy(join(out, `${name}.npy`))).shape).toEqual([2, 2, 2]);
    }
    const again = await prepareFiles(path('scans'), { ...SETTINGS, out });
    expect(again).toMatchObject({ prepared: 0, skipped: 4, failures: [{}] });
    rmSync(join(out, 'a.npy'));
    const mended = await prepareFiles(path('scans'), { ...SETTINGS, out });
    expect(mended).toMatchObject({ prepared: 1, skipped: 3 });
    const other = await prepareFiles(path('scans'), { ...SETTINGS, size: [1, 2, 2], out });
    expect(other).toMatchObject({ prepared: 4, skipped: 0 });
  });

  it('of a record file are prepared once each', async () => {
    const lines = [{ image: 'scans/a.nii.gz' }, { image: 'scans/a.nii.gz' }, { image: 'lost.nii' }];
    writeFileSync(path('records.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const out = path('from-records');
    const result = await prepareFiles(path('records.jsonl'), { ...SETTINGS, out });
    expect(result).toMatchObject({
      total: 2,
      prepared: 1,
      failures: [{ image: path('lost.nii') }],
    });
    expect(existsSync(join(out, 'scans', 'a.npy'))).toBe(true);
    writeFileSync(path('bad.jsonl'), '{"image": 5}\n');
    await expect(prepareFiles(path('bad.jsonl'), { ...SETTINGS, out })).rejects.toThrow(
      /bad\.jsonl:1: no image/,
    );
  });
});

describe("CT-RATE's metadata", () => {
  it('gives slope, intercept and spacing to files without their own', async () => {
    await writeNifti(path('valid_1_a_1.nii.gz'), VOLUME);
    writeFileSync(
      path('metadata.csv'),
      'VolumeName,Manufacturer,XYSpacing,ZSpacing,RescaleSlope,RescaleIntercept\n' +
        'valid_1_a_1.nii.gz,"Siemens, ""X""","[0.7, 0.8]",1.5,1,-8192\n',
    );
    const ctRate = await readCtRateMetadata(path('metadata.csv'));
    const { volume, warnings } = await readVolume(path('valid_1_a_1.nii.gz'), { ctRate });
    expect(volume.data[0]).toBe(-300 - 8192);
    expect(volume.spacing).toEqual([1.5, 0.8, 0.7]);
    expect(warnings.join()).toMatch(/spacing taken from CT-RATE/);
    await writeNifti(path('other.nii'), VOLUME);
    const other = await readVolume(path('other.nii'), { ctRate });
    expect([other.volume.data[0], other.warnings.join()]).toEqual([
      -300,
      expect.stringMatching(/not in CT-RATE/),
    ]);
    writeFileSync(path('no.csv'), 'a,b\n1,2\n');
    await expect(readCtRateMetadata(path('no.csv'))).rejects.toThrow(/expected VolumeName/);
  });

  it('takes fields with commas and quotes, and refuses a quote that never ends', async () => {
    const table = path('quoted.csv');
    writeFileSync(
      table,
      '\ufeffVolumeName,Findings,RescaleSlope,RescaleIntercept\r\n"a.nii.gz","one, ""two""\nthree",2,-5\r\n',
    );
    const { slope, intercept } = (await readCtRateMetadata(table)).get('a.nii.gz') ?? {};
    expect([slope, intercept]).toEqual([2, -5]);
    writeFileSync(table, 'VolumeName,RescaleSlope,RescaleIntercept\n"a,1,0\n');
    await expect(readCtRateMetadata(table)).rejects.toThrow(/quoted\.csv: is no table of commas/);
  });
});

describe('the coarse segmenter', () => {
  it('finds body, lungs, bone and gas of a made patient', () => {
    // 120 mm across: a body of water with two lungs, a spine and a gas bubble.
    const [depth, side] = [40, 120];
    const data = new Int16Array(depth * side * side).fill(-1000);
    const ball = ([cx, cy]: readonly [number, number], radius: number, hu: number): void => {
      for (let k = 0; k < depth; k++)
        for (let j = 0; j < side; j++)
          for (let i = 0; i < side; i++)
            if (Math.hypot(i - cx, j - cy) < radius) data[(k * side + j) * side + i] = hu;
    };
    ball([60, 60], 55, 30);
    ball([35, 55], 20, -850);
    ball([85, 55], 20, -850);
    ball([60, 95], 8, 700);
    ball([60, 30], 6, -1000);
    const mask = segmentCoarsely({ ...VOLUME, data, shape: [depth, side, side] });
    const at = (x: number, y: number): string | undefined =>
      mask.labels[mask.data[(20 * side + y) * side + x] as number];
    expect([at(60, 60), at(35, 55), at(85, 55), at(60, 95), at(60, 30), at(1, 1)]).toEqual([
      'coarse_body',
      'coarse_lungs',
      'coarse_lungs',
      'coarse_bone',
      'coarse_air',
      undefined,
    ]);
  });
});
