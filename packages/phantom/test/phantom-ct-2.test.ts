import { readNifti, readVolume } from '@omnict/io';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { generatePhantomCT2 } from '../src/index';
import type { QuestionRecord } from '@omnict/core';
import { readRecords } from './read-records';

const root = mkdtempSync(join(tmpdir(), 'omnict-phantom2-'));
afterAll(() => rmSync(root, { recursive: true }));

const WORKER = fileURLToPath(new URL('../dist/phantom-worker.js', import.meta.url));

interface SceneLine {
  key: string;
  split: string;
  image: string;
  mask: string;
}

const scenesOf = (folder: string): SceneLine[] =>
  readFileSync(join(folder, 'scenes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SceneLine);

const recordsOf = (folder: string): QuestionRecord[] => readRecords(join(folder, 'records.jsonl'));

function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort()) {
    hash.update(entry.slice(folder.length)).update(readFileSync(entry));
  }
  return hash.digest('hex');
}

const SMALL = {
  seed: 7,
  size: [16, 32, 32],
  train: { slices: 5, volumes: 2 },
  test: { slices: 2, volumes: 1 },
};

describe('a PhantomCT 2 dataset', () => {
  it('is equal for equal seeds, whatever the number of workers, and goes on after a stop', async () => {
    expect(existsSync(WORKER), 'run `npm run setup` first').toBe(true);
    const make = (name: string, options: object) =>
      generatePhantomCT2({ folder: join(root, name), config: SMALL, ...options });
    await make('one', { workers: 1 });
    await make('three', { workers: 3 });
    expect(digest(join(root, 'three'))).toBe(digest(join(root, 'one')));
    await make('other', { workers: 1, config: { ...SMALL, seed: 8 } });
    expect(digest(join(root, 'other'))).not.toBe(digest(join(root, 'one')));

    const stop = new AbortController();
    const stopped = make('stopped', {
      workers: 1,
      signal: stop.signal,
      onProgress: (done: number) => done === 4 && stop.abort(new Error('stop')),
    });
    await expect(stopped).rejects.toThrow('stop');
    expect(existsSync(join(root, 'stopped', 'records.jsonl'))).toBe(false);
    const rest = await make('stopped', { workers: 1 });
    expect(rest.reused).toBe(4);
    expect(digest(join(root, 'stopped'))).toBe(digest(join(root, 'one')));
    // Another recipe is not taken for this one.
    const finer = await make('stopped', { workers: 1, config: { ...SMALL, size: [16, 36, 36] } });
    expect(finer.reused).toBe(0);
  });

  it('never shares a phantom between splits, or between slices and volumes', () => {
    const homes = new Map<string, Set<string>>();
    for (const { patient = '', split, modality } of recordsOf(join(root, 'one'))) {
      homes.set(patient, (homes.get(patient) ?? new Set()).add(`${split} ${modality}`));
    }
    expect(homes.size).toBe(10);
    for (const [patient, places] of homes) expect([...places], patient).toHaveLength(1);
    const pixels = scenesOf(join(root, 'one')).map(({ image }) =>
      createHash('sha256')
        .update(readFileSync(join(root, 'one', image)))
        .digest('hex'),
    );
    expect(new Set(pixels).size).toBe(pixels.length);
  });

  it('holds the same HU and geometry as NIfTI, DICOM and PNG', async () => {
    const config = { ...SMALL, train: { slices: 1, volumes: 1 }, test: { slices: 0, volumes: 0 } };
    for (const format of ['nifti', 'dicom', 'png'] as const) {
      await generatePhantomCT2({
        folder: join(root, format),
        config: { ...config, format },
        workers: 1,
      });
    }
    const [slice, volume] = scenesOf(join(root, 'nifti'));
    for (const scene of [slice, volume] as SceneLine[]) {
      const nifti = (await readVolume(join(root, 'nifti', scene.image))).volume;
      const key = scene.key;
      const dicom = (await readVolume(join(root, 'dicom', 'images', key))).volume;
      expect(dicom.shape).toEqual(nifti.shape);
      expect(Buffer.from(Int16Array.from(dicom.data).buffer)).toEqual(
        Buffer.from(Int16Array.from(nifti.data).buffer),
      );
      [...dicom.origin, ...dicom.spacing].forEach((value, i) =>
        expect(value).toBeCloseTo([...nifti.origin, ...nifti.spacing][i] as number, 3),
      );
      const name = key.includes('slice') ? `${key}.png` : key;
      const png = (await readVolume(join(root, 'png', 'images', name))).volume;
      expect(Array.from(png.data)).toEqual(Array.from(nifti.data));
      const mask = await readNifti(join(root, 'png', scene.mask));
      expect([mask.shape, mask.spacing]).toEqual([png.shape, png.spacing]);
    }
  });

  it('names every field of a config that does not fit', async () => {
    const config = { ...SMALL, size: [2, 40], followUps: 3, colour: 'red' };
    await expect(generatePhantomCT2({ folder: join(root, 'bad'), config })).rejects.toThrow(
      /size.*followUps|followUps.*size|additional/s,
    );
  });
});
