import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareFiles, writeNifti } from '../../src/index';
import { dicomFile } from '../dicom-elements';
import { rampSlice, TEN, writeInto, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-prepare-'));
afterAll(() => rmSync(root, { recursive: true }));
const place = (...parts: string[]): string => join(root, ...parts);
const prepare = (tree: string) =>
  prepareFiles(place(tree), {
    out: place(`${tree}-out`),
    workers: 0,
    window: [-1000, 1000],
    size: [2, 4, 4],
  });
const VOLUME = {
  data: Int16Array.from({ length: 24 }, (_, i) => 50 * i - 1000),
  shape: [2, 3, 4],
  spacing: [2, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
} as const;

it('finds DICOM by its content, whatever the extension', async () => {
  const slices = TEN.map((z) => rampSlice(z));
  writeSlices(place('names', 'a'), slices, (i) => `IM${i}.dicom`);
  writeSlices(place('names', 'b'), slices, (i) => `CT${i}.img`);
  writeSlices(place('names', 'c'), slices, (i) => `${i}`);
  writeInto(place('names', 'd', 'failed.dcm'), '<html>');
  const { prepared, total, leftOut } = await prepare('names');
  expect([prepared, total]).toEqual([3, 3]);
  expect(leftOut.join()).toMatch(/failed\.dcm is an HTML page/);
});

it('prepares what lies beside and below a stray DICOM file', async () => {
  writeSlices(place('stray'), [rampSlice(0)], () => 'report.dcm');
  for (const name of ['p1', 'p2']) {
    mkdirSync(place('stray', name));
    await writeNifti(place('stray', name, 'ct.nii.gz'), VOLUME);
  }
  writeInto(place('stray', 'preview.jpg'), 'x');
  const { prepared, total, leftOut } = await prepare('stray');
  expect([prepared, total]).toEqual([3, 3]);
  expect(leftOut.join()).toMatch(/pictures beside DICOM files: preview\.jpg/);
});

it('prepares again what was rewritten in place, and only that', async () => {
  const files = writeSlices(
    place('stale', 'pat'),
    TEN.map((z) => rampSlice(z)),
  );
  const third = files[2] as string; // of planes that the smaller grid is made of
  await writeNifti(place('stale', 'ct.nii'), VOLUME);
  expect((await prepare('stale')).prepared).toBe(2);
  expect((await prepare('stale')).skipped).toBe(2);
  const { atime, mtime } = statSync(third);
  const changed = rampSlice(4, { '7FE00010': ['OW', Buffer.alloc(2 * 12 * 16, 7)] });
  const before = readFileSync(place('stale-out', 'pat.npy'));
  writeFileSync(third, dicomFile(changed)); // same name and size, and then the same time
  utimesSync(third, atime, mtime);
  const again = await prepare('stale');
  expect([again.prepared, again.skipped]).toEqual([1, 1]);
  expect(readFileSync(place('stale-out', 'pat.npy')).equals(before)).toBe(false);
});

it('leaves alone what was only copied or touched', async () => {
  mkdirSync(place('touched'));
  await writeNifti(place('touched', 'ct.nii'), VOLUME);
  expect((await prepare('touched')).prepared).toBe(1);
  writeFileSync(place('touched', 'ct.nii'), readFileSync(place('touched', 'ct.nii')));
  expect((await prepare('touched')).skipped).toBe(1);
});

it('counts what was assumed, over all images', async () => {
  mkdirSync(place('assumed'));
  const data = Float32Array.from({ length: 24 }, (_, i) => i / 23);
  for (const name of ['a.nii', 'b.nii'])
    await writeNifti(place('assumed', name), { ...VOLUME, data });
  const { warnings } = await prepare('assumed');
  expect(warnings).toContainEqual({
    warning: 'values lie in 0..1: spread over [-1000, 1000] HU',
    images: 2,
  });
});
