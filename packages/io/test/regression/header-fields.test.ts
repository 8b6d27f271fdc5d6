import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  ftruncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readNifti, readVolume, writeNifti } from '../../src/index';

const root = mkdtempSync(join(tmpdir(), 'omnict-fields-'));
afterAll(() => rmSync(root, { recursive: true }));
const place = (name: string): string => join(root, name);

const VOLUME = {
  data: Int16Array.from({ length: 24 }, (_, i) => 50 * i - 1000),
  shape: [2, 3, 4],
  spacing: [2, 1.5, 1.25],
  origin: [-10, -20, -30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
} as const;

/** A NIfTI-1 file whose lengths are scaled and whose unit is set. */
async function nifti(name: string, { unit, scale }: { unit: number; scale: number }) {
  await writeNifti(place(name), VOLUME);
  const bytes = readFileSync(place(name));
  bytes[123] = unit;
  const lengths = [80, 84, 88, 268, 272, 276, ...Array.from({ length: 12 }, (_, i) => 280 + 4 * i)];
  for (const at of lengths) bytes.writeFloatLE(bytes.readFloatLE(at) * scale, at);
  writeFileSync(place(name), bytes);
  return readVolume(place(name));
}

it.each([
  ['metres', { unit: 1, scale: 1e-3 }, /in metres: they were converted/],
  ['micrometres', { unit: 3, scale: 1e3 }, /in micrometres: they were converted/],
  ['mm called metres', { unit: 1, scale: 1 }, /says metres, but voxels of 1.25 x 1.5.*taken as mm/],
  ['mm called micrometres', { unit: 3, scale: 1 }, /says micrometres, but .*taken as mm/],
] as const)('reads NIfTI in %s as mm', async (name, { unit, scale }, warning) => {
  const { volume, warnings } = await nifti(`${name}.nii`, { unit, scale });
  [2, 1.5, 1.25].forEach((size, i) => expect(volume.spacing[i]).toBeCloseTo(size, 5));
  [-10, -20, -30].forEach((at, i) => expect(volume.origin[i]).toBeCloseTo(at, 4));
  expect(warnings.join()).toMatch(warning);
});

it('refuses Analyze 7.5 in one file, which has no magic word', async () => {
  await writeNifti(place('a.nii'), VOLUME);
  const bytes = readFileSync(place('a.nii')).fill(0, 344, 348);
  writeFileSync(place('analyze.nii'), bytes);
  await expect(readVolume(place('analyze.nii'))).rejects.toThrow(/no NIfTI file.*left from right/);
});

const nrrd = (name: string, directions: string, more = ''): string => {
  const header = `NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 3 2\nspace directions: ${directions}\nkinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (-10000,-20000,-30000)\n${more}\n`;
  writeFileSync(place(name), Buffer.concat([Buffer.from(header), Buffer.from(VOLUME.data.buffer)]));
  return place(name);
};

it('refuses sheared NRRD and MetaImage, as it does NIfTI', async () => {
  const sheared = nrrd('sheared.nrrd', '(1.25,0,0) (0,1.5,0) (0,0.6,2)');
  await expect(readVolume(sheared)).rejects.toThrow(/sheared/);
  const header =
    'ObjectType = Image\nNDims = 3\nTransformMatrix = 1 0 0 0 1 0 0 0.28 0.96\nOffset = 0 0 0\nElementSpacing = 1 1 2\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n';
  writeFileSync(
    place('sheared.mha'),
    Buffer.concat([Buffer.from(header), Buffer.from(VOLUME.data.buffer)]),
  );
  await expect(readVolume(place('sheared.mha'))).rejects.toThrow(/sheared/);
});

it('converts units that NRRD and MetaImage name, and refuses others', async () => {
  const directions = '(1250,0,0) (0,1500,0) (0,0,2000)';
  const micro = await readVolume(nrrd('um.nrrd', directions, 'space units: "um" "um" "um"\n'));
  expect(micro.volume.spacing).toEqual([2, 1.5, 1.25]);
  expect(micro.volume.origin).toEqual([-10, -20, -30]);
  expect(micro.warnings.join()).toMatch(/in um/);
  const furlongs = nrrd('furlong.nrrd', directions, 'space units: "furlong" "furlong" "furlong"\n');
  await expect(readVolume(furlongs)).rejects.toThrow(/lengths are in furlong/);
  const header =
    'ObjectType = Image\nNDims = 3\nOffset = 0 0 0\nElementSpacing = 1250 1500 2000\nDistanceUnits = um\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n';
  writeFileSync(
    place('um.mha'),
    Buffer.concat([Buffer.from(header), Buffer.from(VOLUME.data.buffer)]),
  );
  expect((await readVolume(place('um.mha'))).volume.spacing).toEqual([2, 1.5, 1.25]);
});

it('reads a NIfTI file above 2 GiB, piece by piece', async () => {
  // 512 x 512 x 1026 floats of 64 bits: a sparse file, its last voxel set.
  await writeNifti(place('s.nii'), VOLUME);
  const header = readFileSync(place('s.nii')).subarray(0, 352);
  [512, 512, 1026].forEach((size, i) => header.writeInt16LE(size, 42 + 2 * i));
  header.writeInt16LE(64, 70);
  header.writeInt16LE(64, 72);
  const bytes = 352 + 512 * 512 * 1026 * 8;
  expect(bytes).toBeGreaterThan(2 ** 31);
  const last = Buffer.alloc(8);
  last.writeDoubleLE(-777.5);
  const file = openSync(place('large.nii'), 'w');
  writeSync(file, header);
  ftruncateSync(file, bytes);
  writeSync(file, last, 0, 8, bytes - 8);
  closeSync(file);
  const { shape, data } = await readNifti(place('large.nii'));
  expect(shape).toEqual([1026, 512, 512]);
  expect(data[0]).toBe(0);
  expect(data.indexOf(-777.5)).toBe(data.length - 1);
});
