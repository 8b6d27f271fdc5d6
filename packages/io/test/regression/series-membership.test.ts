import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { listSeries, readVolume } from '../../src/index';
import { RAMP, rampAt, rampSlice, TEN, without, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-membership-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
const fresh = (): string => join(root, String(count++));

const constant = (value: number): Buffer =>
  Buffer.from(new Uint16Array(RAMP.rows * RAMP.columns).fill(value + 1024).buffer);

it('takes orientations that differ by rounding, -0 among them, for one series', async () => {
  const folder = fresh();
  writeSlices(
    folder,
    TEN.map((z, i) =>
      rampSlice(z, { '00200037': ['DS', i % 2 ? '1\\0\\0\\0\\1\\-0.00001' : '1\\0\\-0\\0\\1\\0'] }),
    ),
  );
  const { volume } = await readVolume(folder);
  expect(volume.shape).toEqual([10, RAMP.rows, RAMP.columns]);
  expect(volume.data[volume.data.length - 1]).toBe(rampAt(-10 + 15 * 1.25, -20 + 11 * 1.5, -12));
});

it('keeps slices of one identifier that lie at different places', async () => {
  const folder = fresh();
  writeSlices(
    folder,
    TEN.map((z) => rampSlice(z, { '00080018': ['UI', '1.2.3.4'] })),
  );
  const { volume, warnings } = await readVolume(folder);
  expect(volume.shape[0]).toBe(10);
  expect(warnings.join()).toMatch(/10 slices .* have 1 identifiers only/);
});

it('leaves out true copies, whatever their identifiers', async () => {
  const folder = fresh();
  const copies = [0, 2].map((z) => rampSlice(z, { '00080018': ['UI', `1.2.9.${z}`] }));
  writeSlices(folder, [...TEN.map((z) => rampSlice(z)), ...copies]);
  const { volume, warnings } = await readVolume(folder);
  expect(volume.shape[0]).toBe(10);
  expect(warnings.join()).toMatch(/2 copies of slices/);
});

it('refuses one identifier and place with different pixels', async () => {
  const folder = fresh();
  writeSlices(folder, [
    rampSlice(0),
    rampSlice(2),
    rampSlice(0, { '7FE00010': ['OW', constant(5)] }),
  ]);
  await expect(readVolume(folder)).rejects.toThrow(/one identifier and one place/);
});

it.each([
  { name: 'acquisition', tag: '00200012', vr: 'IS', values: ['1', '2'] },
  { name: 'temporal position', tag: '00200100', vr: 'IS', values: ['1', '2'] },
  { name: 'tube voltage', tag: '00180060', vr: 'DS', values: ['80', '140'] },
  { name: 'acquisition time', tag: '00080032', vr: 'TM', values: ['120001', '120009'] },
  { name: 'kernel', tag: '00181210', vr: 'SH', values: ['B30f', 'B70f'] },
  {
    name: 'image type',
    tag: '00080008',
    vr: 'CS',
    values: ['ORIGINAL\\PRIMARY\\AXIAL', 'DERIVED\\PRIMARY\\MPR'],
  },
] as const)(
  'parts phases that lie between each other, by $name',
  async ({ name, tag, vr, values }) => {
    const folder = fresh();
    const phase = (index: 0 | 1, shift: number) =>
      TEN.map((z) =>
        rampSlice(z + shift, {
          [tag]: [vr, values[index]],
          '00080018': ['UI', `1.2.${index}.${z}`],
          ...(index === 1 ? { '7FE00010': ['OW', constant(300)] as const } : {}),
        }),
      );
    writeSlices(folder, [...phase(0, 0), ...phase(1, 1)]);
    await expect(readVolume(folder)).rejects.toThrow(new RegExp(`2 CT series.*\\(${name} `));
    expect((await listSeries(folder)).map(({ slices }) => slices)).toEqual([10, 10]);
    const { volume } = await readVolume(folder, { series: '2' });
    expect(new Set(volume.data)).toEqual(new Set([300]));
  },
);

it('keeps acquisitions that follow one another in one scan', async () => {
  const folder = fresh();
  writeSlices(
    folder,
    TEN.map((z, i) => rampSlice(z, { '00200012': ['IS', i < 5 ? '1' : '2'] })),
  );
  expect((await readVolume(folder)).volume.shape[0]).toBe(10);
});

it('keeps a step-and-shoot scan, whose every slice is an acquisition, in one', async () => {
  const folder = fresh();
  writeSlices(
    folder,
    TEN.map((z, i) => rampSlice(z, { '00200012': ['IS', String((i * 7) % 10)] })),
  );
  expect((await readVolume(folder)).volume.shape[0]).toBe(10);
});

it('does not take the pixel spacing of one slice for all', async () => {
  const folder = fresh();
  writeSlices(
    folder,
    TEN.map((z, i) => rampSlice(z, { '00280030': ['DS', i < 5 ? '1.5\\1.25' : '0.75\\0.625'] })),
  );
  await expect(readVolume(folder)).rejects.toThrow(/2 CT series.*1.5 x 1.25 mm.*0.75 x 0.625 mm/);
});

it('leaves out a picture of a screen beside a scan, and reads one alone', async () => {
  const folder = fresh();
  const sheet = without(
    rampSlice(0, {
      '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.7'],
      '0020000E': ['UI', '1.2.3.77'],
      '7FE00010': ['OW', constant(0)],
    }),
    ...['00200032', '00200037', '00280030'],
  );
  writeSlices(folder, [...TEN.map((z) => rampSlice(z)), sheet]);
  const { volume, warnings } = await readVolume(folder);
  expect(volume.shape[0]).toBe(10);
  expect(warnings.join()).toMatch(/left out \(screen capture\)/);
  const alone = fresh();
  writeSlices(alone, [sheet]);
  expect((await readVolume(alone)).volume.shape[0]).toBe(1);
});

it('keeps one coronal picture a slice, and says how it lies', async () => {
  const folder = fresh();
  writeSlices(folder, [rampSlice(0, { '00200037': ['DS', '1\\0\\0\\0\\0\\-1'] })]);
  const { volume } = await readVolume(folder);
  expect(volume.shape).toEqual([1, RAMP.rows, RAMP.columns]);
  expect(volume.direction).toEqual([1, 0, 0, 0, 0, 1, 0, -1, 0]);
});
