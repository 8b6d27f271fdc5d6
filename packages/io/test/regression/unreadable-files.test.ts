import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareFiles, readVolume } from '../../src/index';
import { rampSlice, TEN, writeInto, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-unreadable-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
const fresh = (): string => join(root, String(count++));
const slices = TEN.map((z) => rampSlice(z));

it.each([
  ['IM009.dcm', '', /IM009\.dcm is empty \(0 bytes\)/],
  ['IM009.dcm', '<!DOCTYPE html><html>', /IM009\.dcm is an HTML page/],
  ['IM009', 'version https://git-lfs.github.com/spec/v1\n', /IM009 is a pointer of Git LFS/],
  ['IM009.dicom', 'PK\u0003\u0004', /IM009\.dicom is a ZIP archive/],
] as const)('names %s, which is no DICOM, and why', async (name, content, reason) => {
  const folder = fresh();
  writeSlices(folder, slices.slice(0, 9));
  writeInto(join(folder, name), content);
  const { volume, warnings } = await readVolume(folder);
  expect(volume.shape[0]).toBe(9);
  expect(warnings.join()).toMatch(reason);
  await expect(readVolume(join(folder, name))).rejects.toThrow(/IM009.* expected/);
});

it('does not interpolate what cannot be read', async () => {
  const folder = fresh();
  writeSlices(folder, slices);
  writeInto(join(folder, 'IM004.dcm'), '');
  await expect(readVolume(folder)).rejects.toThrow(/IM004\.dcm is empty/);
});

it('refuses a series whose file is damaged, and reads the other one', async () => {
  const folder = fresh();
  writeSlices(folder, slices);
  const other = TEN.map((z) =>
    rampSlice(z, {
      '0020000E': ['UI', '1.2.3.6'],
      '00080018': ['UI', `1.2.8.${z}`],
      '00200011': ['IS', '2'],
    }),
  );
  const [, , , damaged = ''] = writeSlices(folder, other, (i) => `x${i}.dcm`);
  writeInto(damaged, readFileSync(damaged).subarray(0, 300));
  expect((await readVolume(folder, { series: '1' })).volume.shape[0]).toBe(10);
  await expect(readVolume(folder, { series: '2' })).rejects.toThrow(/x3\.dcm is damaged/);
  const result = await prepareFiles(root, {
    out: join(root, 'out'),
    workers: 0,
    window: [-1000, 1000],
    size: [2, 4, 4],
  });
  const failed = result.failures.filter(({ image }) => image === folder);
  expect(failed.map(({ message }) => message).join()).toMatch(/x3\.dcm is damaged/);
});

it('lists other files beside a series', async () => {
  const folder = fresh();
  writeSlices(folder, slices);
  writeInto(join(folder, 'preview.jpg'), 'x');
  writeInto(join(folder, 'deep', 'notes.txt'), 'x');
  const { warnings } = await readVolume(folder);
  expect(warnings.join()).toMatch(/2 other files were left out: deep.notes\.txt, preview\.jpg/);
});
