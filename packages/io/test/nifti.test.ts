import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { inspect, readVolume, writeNifti } from '../src/index';
import { OBLIQUE } from './oblique-volume';

const folder = mkdtempSync(join(tmpdir(), 'omnict-nifti-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

describe('NIfTI', () => {
  it.each(['a.nii', 'a.nii.gz'])('%s comes back with values and geometry', async (name) => {
    await writeNifti(path(name), OBLIQUE);
    const { volume, warnings } = await readVolume(path(name));
    expect(warnings).toEqual([]);
    expect(volume.data).toEqual(OBLIQUE.data);
    expect(volume.shape).toEqual(OBLIQUE.shape);
    volume.spacing.forEach((value, i) =>
      expect(value).toBeCloseTo(OBLIQUE.spacing[i] as number, 5),
    );
    volume.origin.forEach((value, i) => expect(value).toBeCloseTo(OBLIQUE.origin[i] as number, 4));
    volume.direction.forEach((value, i) =>
      expect(value).toBeCloseTo(OBLIQUE.direction[i] as number, 5),
    );
    expect((await inspect(path(name))).orientation).toBe('LPS');
  });

  it('reads a pair of header and voxels by either name, gzipped or not', async () => {
    await writeNifti(path('whole.nii'), OBLIQUE);
    const whole = readFileSync(path('whole.nii'));
    const header = Buffer.from(whole.subarray(0, 348));
    header.write('ni1', 344, 'latin1');
    header.writeFloatLE(16, 108); // voxels begin after 16 bytes of their own file
    const voxels = Buffer.concat([Buffer.alloc(16), whole.subarray(whole.readFloatLE(108))]);
    writeFileSync(path('pair.hdr'), header);
    writeFileSync(path('pair.img'), voxels);
    writeFileSync(path('packed.hdr.gz'), gzipSync(header));
    writeFileSync(path('packed.img.gz'), gzipSync(voxels));
    const expected = (await readVolume(path('whole.nii'))).volume;
    for (const name of ['pair.hdr', 'pair.img', 'packed.hdr.gz', 'packed.img.gz']) {
      expect((await readVolume(path(name))).volume, name).toEqual(expected);
    }
    rmSync(path('pair.img'));
    await expect(readVolume(path('pair.hdr'))).rejects.toThrow(/pair\.img is not there/);
    header.fill(0, 344);
    writeFileSync(path('packed.hdr.gz'), gzipSync(header));
    await expect(readVolume(path('packed.img.gz'))).rejects.toThrow(/Analyze 7\.5/);
  });

  it('reads big endian, scaled values as it reads plain ones', async () => {
    await writeNifti(path('little.nii'), OBLIQUE);
    const bytes = readFileSync(path('little.nii'));
    const swapped = Buffer.from(bytes);
    const swap = (from: number, to: number, size: 2 | 4): void => {
      const part = swapped.subarray(from, to);
      if (size === 2) part.swap16();
      else part.swap32();
    };
    swap(0, 4, 4);
    swap(40, 56, 2); // dim
    swap(70, 74, 2); // datatype, bitpix
    swap(76, 120, 4); // pixdim, vox_offset, scl
    swap(252, 256, 2);
    swap(256, 328, 4);
    swap(352, bytes.length, 2);
    swapped.writeFloatBE(2, 112); // slope
    swapped.writeFloatBE(-100, 116);
    writeFileSync(path('big.nii'), swapped);
    const { volume } = await readVolume(path('big.nii'));
    expect(Array.from(volume.data)).toEqual(Array.from(OBLIQUE.data, (value) => 2 * value - 100));
    volume.origin.forEach((value, i) => expect(value).toBeCloseTo(OBLIQUE.origin[i] as number, 4));
  });

  it('uses the quaternion when there is no sform, and gets the same place', async () => {
    await writeNifti(path('q.nii'), OBLIQUE);
    const bytes = readFileSync(path('q.nii'));
    bytes.writeInt16LE(0, 254);
    bytes.fill(0, 280, 328);
    writeFileSync(path('q.nii'), bytes);
    const { volume } = await readVolume(path('q.nii'));
    volume.direction.forEach((value, i) =>
      expect(value).toBeCloseTo(OBLIQUE.direction[i] as number, 5),
    );
  });

  it.each([
    ['truncated', (b: Buffer) => b.subarray(0, b.length - 7), /need 400 bytes, the file has 393/],
    ['a header only', (b: Buffer) => b.subarray(0, 100), /100 bytes/],
    [
      'a claim of 32767 cubed voxels',
      (b: Buffer) => {
        for (const offset of [42, 44, 46]) b.writeInt16LE(32767, offset);
        return b;
      },
      /need \d+ bytes/,
    ],
    [
      'negative sizes',
      (b: Buffer) => {
        b.writeInt16LE(-3, 44);
        return b;
      },
      /dim field/,
    ],
    [
      'an unknown type',
      (b: Buffer) => {
        b.writeInt16LE(1792, 70);
        return b;
      },
      /complex numbers \(data type code 1792\)/,
    ],
  ] as const)('refuses %s', async (name, damage, message) => {
    await writeNifti(path('whole.nii'), OBLIQUE);
    const damaged = path(`${name.replaceAll(' ', '-')}.nii`);
    writeFileSync(damaged, damage(readFileSync(path('whole.nii'))));
    await expect(readVolume(damaged)).rejects.toThrow(message);
    await expect(readVolume(damaged)).rejects.toThrow(damaged);
  });

  it('refuses a broken gzip stream', async () => {
    await writeNifti(path('z.nii.gz'), OBLIQUE);
    const bytes = readFileSync(path('z.nii.gz'));
    expect(gunzipSync(bytes).length).toBe(400);
    writeFileSync(path('z.nii.gz'), bytes.subarray(0, bytes.length - 12));
    await expect(readVolume(path('z.nii.gz'))).rejects.toThrow(/gzip stream breaks/);
  });

  it('ignores bytes behind a gzip stream, as gzip does, and takes several streams as one', async () => {
    await writeNifti(path('tail.nii'), OBLIQUE);
    const bytes = readFileSync(path('tail.nii'));
    writeFileSync(path('tail.nii.gz'), Buffer.concat([gzipSync(bytes), Buffer.from('more')]));
    const parts = [bytes.subarray(0, 300), bytes.subarray(300)].map((part) => gzipSync(part));
    writeFileSync(path('parts.nii.gz'), Buffer.concat(parts));
    for (const name of ['tail.nii.gz', 'parts.nii.gz']) {
      expect((await readVolume(path(name))).volume.data).toEqual(OBLIQUE.data);
    }
  });

  it('unpacks no more than the header says', async () => {
    await writeNifti(path('small.nii'), OBLIQUE);
    const bomb = Buffer.concat([readFileSync(path('small.nii')), Buffer.alloc(64 * 2 ** 20)]);
    writeFileSync(path('bomb.nii.gz'), gzipSync(bomb, { level: 1 }));
    await expect(readVolume(path('bomb.nii.gz'))).rejects.toThrow(
      /unpacks to more than 1048976 bytes/,
    );
  });

  it('treats voxels without a value as air and says so', async () => {
    const data = Float32Array.from(OBLIQUE.data);
    data[3] = NaN;
    await writeNifti(path('nan.nii'), { ...OBLIQUE, data });
    const { volume, warnings } = await readVolume(path('nan.nii'));
    expect(volume.data[3]).toBe(-1000);
    expect(warnings.join()).toMatch(/1 voxels without a value/);
  });
});
