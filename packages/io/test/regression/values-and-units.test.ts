import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import {
  inspect,
  readCtRateMetadata,
  readMask,
  readVolume,
  writeNifti,
  writeNpy,
} from '../../src/index';
import type { Elements } from '../dicom-elements';
import { rampSlice, TEN, without, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-units-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
const fresh = (): string => join(root, String(count++));

const series = (change: Elements, ...left: string[]): string => {
  const folder = fresh();
  writeSlices(
    folder,
    TEN.map((z) => without(rampSlice(z, change), ...left)),
  );
  return folder;
};
const AIR = [-1000, -990, 40, 60, 1000, -1000, -1000, 0];
const GEOMETRY = {
  shape: [2, 2, 2],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
} as const;

it.each(['Z_EFF', 'MGML', 'ED'])('refuses values of rescale type %s, unless told', async (type) => {
  const folder = series({ '00281054': ['LO', type] });
  await expect(readVolume(folder)).rejects.toThrow(new RegExp(`rescale type ${type}.*--assume hu`));
  const { warnings } = await readVolume(folder, { assume: 'hu' });
  expect(warnings.join()).toMatch(new RegExp(`${type}.*taken as HU`));
});

it('reads values of unspecified type as HU, and says so', async () => {
  const { warnings } = await readVolume(series({ '00281054': ['LO', 'US'] }));
  expect(warnings.join()).toMatch(/rescale type US/);
  expect((await readVolume(series({}))).warnings).toEqual([]);
});

it.each(['0', 'NaN'])('refuses a slope of %s, and takes stored values when told', async (slope) => {
  const folder = series({ '00281053': ['DS', slope] });
  await expect(readVolume(folder)).rejects.toThrow(/slope .* impossible/);
  const { huMin } = await inspect(folder, { assume: 'hu' });
  expect(huMin).toBeGreaterThan(800); // as stored: HU + 1024
});

it.each([
  ['an empty intercept', series({ '00281052': ['DS', ''] }), /10 slices have no rescale intercept/],
  ['no intercept', series({}, '00281052'), /10 slices have no rescale intercept/],
  ['no slope', series({}, '00281053'), /10 slices have no rescale slope/],
  ['neither', series({}, '00281052', '00281053'), /no rescale slope or intercept/],
] as const)('says what it takes for %s', async (_, folder, warning) => {
  expect((await readVolume(folder)).warnings.join()).toMatch(warning);
});

it.each(['ct.nii.gz', 'ct.npy'])('spreads values of 0 to 1 and -1 to 1 in %s', async (name) => {
  for (const [low, scale] of [
    [0, 1 / 2000],
    [-1, 1 / 1000],
  ] as const) {
    const data = Float32Array.from(AIR, (hu) => (hu + 1000) * scale + low);
    const path = join(fresh(), name);
    mkdirSync(dirname(path));
    if (name.endsWith('.npy')) await writeNpy(path, { data, shape: [2, 2, 2] });
    else await writeNifti(path, { ...GEOMETRY, data });
    const { volume, warnings } = await readVolume(path);
    const sorted = [...volume.data].sort((a, b) => a - b);
    [...AIR].sort((a, b) => a - b).forEach((hu, i) => expect(sorted[i]).toBeCloseTo(hu, 2));
    expect(warnings.join()).toMatch(/spread over \[-1000, 1000\]/);
    const asIs = await readVolume(path, { assume: 'hu' });
    expect(Math.max(...asIs.volume.data)).toBeCloseTo(1, 5);
  }
});

it('says when no voxel is air, or one is below any scanner', async () => {
  for (const [data, warning] of [
    [AIR.map((hu) => hu + 1024), /no value lies below -200/],
    [AIR.map((hu) => hu - 9000), /rescaled twice/],
  ] as const) {
    const path = `${fresh()}.nii`;
    await writeNifti(path, { ...GEOMETRY, data: Int16Array.from(data) });
    expect((await readVolume(path)).warnings.join()).toMatch(warning);
  }
});

/** A .npy file of any type. */
function npy(descr: string, bytes: Uint8Array): string {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (2, 2, 2), }`.padEnd(117);
  const path = `${fresh()}.npy`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  writeFileSync(path, Buffer.concat([head, Buffer.from(`${dict}\n`), bytes]));
  return path;
}
const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);

it('reads npy of int64, uint64, uint32 and uint16', async () => {
  const long = npy('<i8', bytesOf(BigInt64Array.from(AIR, BigInt)));
  expect([...(await readVolume(long)).volume.data]).toEqual(AIR);
  const shifted = AIR.map((hu) => hu + 1024);
  const short = await readVolume(npy('<u2', bytesOf(Uint16Array.from(shifted))));
  expect([...short.volume.data]).toEqual(AIR);
  expect(short.warnings.join()).toMatch(/taken as HU \+ 1024/);
  for (const path of [
    npy('<u4', bytesOf(Uint32Array.from(shifted))),
    npy('<u8', bytesOf(BigUint64Array.from(shifted, BigInt))),
  ]) {
    const { volume, warnings } = await readVolume(path, { assume: 'hu+1024' });
    expect([[...volume.data], warnings.join()]).toEqual([AIR, expect.stringMatching(/hu\+1024/)]);
  }
  const labels = npy('<i8', bytesOf(BigInt64Array.from([0, 5, 5, 1, 0, 0, 0, 0], BigInt)));
  expect((await readMask(labels)).labels).toEqual({ 1: 'spleen', 5: 'liver' });
});

it('spreads npy of bytes from black to white, and leaves masks as they are', async () => {
  const path = npy('|u1', Uint8Array.from([0, 255, 0, 0, 5, 0, 0, 51]));
  const { volume } = await readVolume(path);
  [-1000, 1000, -1000, -1000, -960.784, -1000, -1000, -600].forEach((hu, i) =>
    expect(volume.data[i]).toBeCloseTo(hu, 2),
  );
  expect((await readMask(npy('|u1', Uint8Array.from([0, 1, 0, 0, 5, 0, 0, 5])))).data[4]).toBe(5);
});

it("knows DeepLesion's pictures of HU + 32768", async () => {
  const path = `${fresh()}.png`;
  const stored = Uint16Array.from(AIR, (hu) => hu + 32_768);
  const picture = sharp(stored, { raw: { width: 4, height: 2, channels: 1 } }).toColourspace(
    'grey16',
  );
  writeFileSync(path, await picture.png().toBuffer());
  const { volume, warnings } = await readVolume(path);
  expect([...volume.data]).toEqual(AIR);
  expect(warnings.join()).toMatch(/DeepLesion/);
});

it("does not rescale CT-RATE's second version, by its folder or its values", async () => {
  const name = 'train_1_a_1.nii.gz';
  const table = join(root, 'metadata.csv');
  writeFileSync(table, `VolumeName,RescaleIntercept,RescaleSlope\n${name},-8192,1\n`);
  const ctRate = await readCtRateMetadata(table);
  for (const [folder, data, expected] of [
    ['train_fixed', AIR.map((hu) => hu + 500), AIR.map((hu) => hu + 500)],
    ['train', AIR, AIR],
    ['first', AIR.map((hu) => hu + 8192), AIR],
  ] as const) {
    const path = join(root, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    await writeNifti(path, { ...GEOMETRY, data: Int16Array.from(data) });
    const { volume, warnings } = await readVolume(path, { ctRate });
    expect([...volume.data].sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b));
    if (folder !== 'first') expect(warnings.join()).toMatch(/HU already/);
  }
});
