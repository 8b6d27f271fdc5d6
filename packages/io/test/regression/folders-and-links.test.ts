import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodePng, imageFormat, readVolume, writeNifti } from '../../src/index';
import { dicomDirectory } from '../dicom-writer';
import { RAMP, rampAt, rampSlice, TEN, writeInto, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-folders-'));
afterAll(() => rmSync(root, { recursive: true }));
const place = (...parts: string[]): string => join(root, ...parts);

const series = place('series');
writeSlices(
  series,
  TEN.map((z) => rampSlice(z)),
);
const VOLUME = {
  data: Int16Array.from({ length: 24 }, (_, i) => 50 * i - 1000),
  shape: [2, 3, 4],
  spacing: [2, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
} as const;
const PICTURE = await encodePng(
  Uint8Array.from({ length: 16 }, (_, i) => 16 * i),
  {
    width: 4,
    height: 4,
  },
);

async function expectSeries(path: string) {
  const { volume, warnings } = await readVolume(path);
  expect(volume.shape).toEqual([10, RAMP.rows, RAMP.columns]);
  expect(volume.data[0]).toBe(rampAt(...RAMP.origin));
  return warnings.join();
}

it('follows links to files and to folders, once, and not in circles', async () => {
  mkdirSync(place('links'));
  for (const name of readdirSync(series)) symlinkSync(join(series, name), place('links', name));
  expect(await expectSeries(place('links'))).toBe('');
  mkdirSync(place('below'));
  symlinkSync(series, place('below', 'patient'));
  symlinkSync(place('below'), place('below', 'circle'));
  symlinkSync(series, place('below', 'again'));
  expect(await expectSeries(place('below'))).toBe('');
});

it('names links that lead nowhere', async () => {
  cpSync(series, place('broken'), { recursive: true });
  symlinkSync(place('gone.dcm'), place('broken', 'IM010.dcm'));
  expect(await expectSeries(place('broken'))).toMatch(/1 links lead nowhere: IM010\.dcm/);
});

it('finds the files of a DICOMDIR whatever their case and extension', async () => {
  for (const [folder, rename] of [
    ['lower', (name: string) => name.toLowerCase()],
    ['extension', (name: string) => `${name}.dcm`],
    ['version', (name: string) => `${name};1`],
  ] as const) {
    writeSlices(
      place(folder, folder === 'lower' ? 'dicom' : 'DICOM'),
      TEN.map((z) => rampSlice(z)),
      (i) => rename(`IM${i}`),
    );
    const names = TEN.map((_, i) => `DICOM\\IM${i}`);
    const path = writeInto(place(folder, 'DICOMDIR'), dicomDirectory(names));
    expect(await expectSeries(path)).toBe('');
  }
});

it('says which files of a DICOMDIR are missing', async () => {
  const names = TEN.map((_, i) => `DICOM\\IM${i}`);
  const path = writeInto(place('empty', 'DICOMDIR'), dicomDirectory(names));
  await expect(readVolume(path)).rejects.toThrow(/10 of 10 files .* missing: DICOM\/IM0,/);
});

it('takes the CT of a folder, not the picture that lies beside it', async () => {
  cpSync(series, place('preview', 'ser1'), { recursive: true });
  writeInto(place('preview', 'preview.png'), PICTURE);
  expect(await expectSeries(place('preview'))).toMatch(/left out: preview\.png/);
  mkdirSync(place('volume'));
  await writeNifti(place('volume', 'ct.nii.gz'), VOLUME);
  writeInto(place('volume', 'preview.png'), PICTURE);
  const { format, warnings } = await readVolume(place('volume'));
  expect([format, warnings.join()]).toEqual([
    'nifti',
    expect.stringMatching(/1 pictures were left/),
  ]);
});

it('takes the CT of a folder whose DICOM file is none', async () => {
  mkdirSync(place('report'));
  await writeNifti(place('report', 'ct.nii.gz'), VOLUME);
  writeSlices(place('report'), [rampSlice(0, { '00080060': ['CS', 'SR'] })]);
  const { format, warnings } = await readVolume(place('report'));
  expect([format, warnings.join()]).toEqual(['nifti', expect.stringMatching(/modality SR/)]);
});

it('asks which one, where there are several', async () => {
  mkdirSync(place('two'));
  await writeNifti(place('two', 'a.nii.gz'), VOLUME);
  await writeNifti(place('two', 'b.nii.gz'), VOLUME);
  await expect(readVolume(place('two'))).rejects.toThrow(/2 images \(a\.nii\.gz, b\.nii\.gz\)/);
});

it('passes over what macOS leaves beside files', async () => {
  for (const name of ['1.png', '2.png']) {
    writeInto(place('mac', name), PICTURE);
    writeInto(place('mac', `._${name}`), Buffer.from('00051607', 'hex'));
  }
  expect(await imageFormat(place('mac'))).toBe('raster-folder');
  const { volume, warnings } = await readVolume(place('mac'));
  expect(volume.shape[0]).toBe(2);
  expect(warnings.join()).toMatch(/2 files of an operating system/);
});
