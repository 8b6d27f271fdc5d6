import type { Volume } from '@omnict/core';
import dicomParser from 'dicom-parser';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVolume, writeDicomSeries, writePngSlices } from '../src/index';

const root = mkdtempSync(join(tmpdir(), 'omnict-write-'));
afterAll(() => rmSync(root, { recursive: true }));

/** HU that use the whole of 12 bits, on a grid whose numbers are not round. */
function sample(depth: number): Volume {
  return {
    data: Int16Array.from({ length: depth * 6 * 5 }, (_, i) => ((i * 137) % 4096) - 1024),
    shape: [depth, 6, 5],
    spacing: [3.3333333, 0.7123456, 0.7123456],
    origin: [-151.23456789, -98.7654321, -1203.5],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  };
}

describe('writeDicomSeries', () => {
  it('is read back with the same HU and geometry', async () => {
    const volume = sample(7);
    const files = await writeDicomSeries(join(root, 'series'), volume, { key: 'a' });
    expect(files).toHaveLength(7);
    const { volume: read, warnings, format } = await readVolume(join(root, 'series'));
    expect([format, warnings]).toEqual(['dicom', []]);
    expect(read.shape).toEqual(volume.shape);
    expect(Array.from(read.data)).toEqual(Array.from(volume.data));
    [...read.origin, ...read.spacing].forEach((value, i) =>
      expect(value).toBeCloseTo([...volume.origin, ...volume.spacing][i] as number, 6),
    );
  });

  it('names nobody, keeps one series together and repeats itself for equal keys', async () => {
    const [first, second] = await writeDicomSeries(join(root, 'b'), sample(2), { key: 'b' });
    const read = (path = '') => dicomParser.parseDicom(readFileSync(path));
    const [one, two] = [read(first), read(second)];
    for (const tag of [
      'x00100010',
      'x00100020',
      'x00100030',
      'x00100040',
      'x00080020',
      'x00080050',
    ]) {
      expect(one.string(tag) ?? '', tag).toBe('');
    }
    expect(one.string('x0020000e')).toBe(two.string('x0020000e'));
    expect(one.string('x00080018')).not.toBe(two.string('x00080018'));
    for (const tag of ['x0020000d', 'x0020000e', 'x00080018']) {
      const uid = one.string(tag) ?? '';
      expect(uid).toMatch(/^2\.25\.[1-9]\d*$/);
      expect(uid.length).toBeLessThanOrEqual(64);
    }
    const [again] = await writeDicomSeries(join(root, 'c'), sample(2), { key: 'b' });
    expect(readFileSync(again ?? '')).toEqual(readFileSync(first ?? ''));
  });

  it('refuses HU that do not fit', async () => {
    const data = new Float32Array(30).fill(40_000);
    const volume = { ...sample(1), data };
    await expect(writeDicomSeries(join(root, 'd'), volume, { key: 'd' })).rejects.toThrow(
      /16 bits/,
    );
  });
});

describe('writePngSlices', () => {
  it('is read back with the same HU, one plane as a file and several as a folder', async () => {
    for (const depth of [1, 3]) {
      const path = join(root, depth === 1 ? 'one.png' : 'three');
      const volume = sample(depth);
      expect(await writePngSlices(path, volume)).toHaveLength(depth);
      const { volume: read, warnings } = await readVolume(path);
      expect(Array.from(read.data)).toEqual(Array.from(volume.data));
      expect(warnings.join(' ')).toContain('HU + 1024');
    }
  });
});
