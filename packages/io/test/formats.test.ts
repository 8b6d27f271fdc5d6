import type { OrganMask, Volume } from '@omnict/core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import {
  matchMask,
  prepareVolume,
  readMask,
  readNpy,
  readVolume,
  resampleNearest,
  resampleTrilinear,
  TOTALSEGMENTATOR_LABELS,
  writeNifti,
  writeNpy,
} from '../src/index';
import { OBLIQUE } from './oblique-volume';

const folder = mkdtempSync(join(tmpdir(), 'omnict-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const MASK: OrganMask = {
  ...OBLIQUE,
  data: Uint8Array.from({ length: 24 }, (_, i) => (i < 6 ? 5 : 0)),
  labels: {},
};

describe('NRRD and MetaImage', () => {
  const raw = Buffer.from(OBLIQUE.data.buffer);
  const nrrd = (encoding: string, more = ''): string =>
    `NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 3 2\nspace directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)\nkinds: domain domain domain\nendian: little\nencoding: ${encoding}\nspace origin: (1,2,3)\n${more}\n`;

  it('are read, attached or detached, plain or compressed', async () => {
    writeFileSync(path('a.nrrd'), Buffer.concat([Buffer.from(nrrd('gzip')), gzipSync(raw)]));
    writeFileSync(path('b.nhdr'), nrrd('raw', 'data file: b.raw\n'));
    writeFileSync(path('b.raw'), raw);
    writeFileSync(
      path('c.mha'),
      Buffer.concat([
        Buffer.from(
          'ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\nElementSpacing = 0.7 0.8 2.5\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n',
        ),
        raw,
      ]),
    );
    for (const name of ['a.nrrd', 'b.nhdr', 'c.mha']) {
      const { volume } = await readVolume(path(name));
      expect(Array.from(volume.data), name).toEqual(Array.from(OBLIQUE.data));
      expect(volume.shape, name).toEqual([2, 3, 4]);
      expect(volume.origin, name).toEqual([1, 2, 3]);
      volume.spacing.forEach((value, i) =>
        expect(value).toBeCloseTo([2.5, 0.8, 0.7][i] as number, 9),
      );
    }
  });

  it('are refused when they claim too much, reach outside or are damaged', async () => {
    writeFileSync(path('huge.nrrd'), nrrd('gzip').replace('4 3 2', '40000 30000 20000'));
    await expect(readVolume(path('huge.nrrd'))).rejects.toThrow(/claims 24000000000000 voxels/);
    writeFileSync(path('out.nhdr'), nrrd('raw', 'data file: ../../secret.raw\n'));
    await expect(readVolume(path('out.nhdr'))).rejects.toThrow(/outside the header's folder/);
    writeFileSync(path('list.nhdr'), nrrd('raw', 'data file: LIST\n/etc/hostname\n'));
    await expect(readVolume(path('list.nhdr'))).rejects.toThrow(/list of files/);
    writeFileSync(path('minus.nrrd'), nrrd('raw').replace('4 3 2', '4 3 -2'));
    await expect(readVolume(path('minus.nrrd'))).rejects.toThrow(/no usable size.*4 3 -2/);
    writeFileSync(path('cut.nrrd'), Buffer.concat([Buffer.from(nrrd('raw')), raw.subarray(0, 10)]));
    await expect(readVolume(path('cut.nrrd'))).rejects.toThrow(path('cut.nrrd'));
  });
});

describe('arrays and pictures', () => {
  it('npy comes back, float16 and big endian and Fortran order too', async () => {
    const data = Float32Array.from({ length: 6 }, (_, i) => i / 4);
    await writeNpy(path('a.npy'), { data, shape: [2, 3] }, { float16: true });
    expect(await readNpy(path('a.npy'))).toEqual({ data, shape: [2, 3] });
    const dict = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }".padEnd(117) + '\n';
    const values = Buffer.alloc(12);
    [1, 4, 2, 5, 3, 6].forEach((value, i) => values.writeInt16BE(value, 2 * i));
    const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    writeFileSync(path('b.npy'), Buffer.concat([head, Buffer.from(dict), values]));
    const { data: back } = await readNpy(path('b.npy'));
    expect(Array.from(back)).toEqual([1, 2, 3, 4, 5, 6]);
    writeFileSync(path('c.npy'), Buffer.concat([head, Buffer.from(dict), values.subarray(0, 8)]));
    await expect(readNpy(path('c.npy'))).rejects.toThrow(/need 12 bytes, 8 are there/);
  });

  it('pictures become slices with a warning, folders volumes in natural order', async () => {
    const picture = (grey: number) =>
      sharp({
        create: { width: 4, height: 3, channels: 3, background: { r: grey, g: grey, b: grey } },
      });
    await picture(255).png().toFile(path('white.png'));
    const { volume, warnings } = await readVolume(path('white.png'));
    expect(volume.shape).toEqual([1, 3, 4]);
    expect(volume.data[0]).toBe(1000);
    expect(warnings.join()).toMatch(/no HU/);
    const series = path('series');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(series);
    for (const index of [10, 9, 1])
      await picture(index)
        .png()
        .toFile(join(series, `s${index}.png`));
    const stack = (await readVolume(series)).volume;
    expect([0, 12, 24].map((i) => Math.round(((stack.data[i] as number) + 1000) * 0.1275))).toEqual(
      [1, 9, 10],
    );
    writeFileSync(path('cut.png'), readFileSync(path('white.png')).subarray(0, 40));
    await expect(readVolume(path('cut.png'))).rejects.toThrow(/cannot be decoded/);
  });

  it('says what it cannot read', async () => {
    writeFileSync(path('x.xyz'), 'hello');
    await expect(readVolume(path('x.xyz'))).rejects.toThrow(/format not recognised/);
    await expect(readVolume(path('nothing'))).rejects.toThrow(/not found/);
  });
});

describe('masks', () => {
  it("carry TotalSegmentator's names", async () => {
    expect(Object.keys(TOTALSEGMENTATOR_LABELS)).toHaveLength(117);
    await writeNifti(path('m.nii.gz'), MASK);
    const mask = await readMask(path('m.nii.gz'));
    expect(mask.labels).toEqual({ 5: 'liver' });
    expect(matchMask(mask, OBLIQUE)).toBe(mask);
  });

  it('are brought onto the grid of the image, by place in the patient', async () => {
    await writeNifti(path('m.nii.gz'), MASK);
    const mask = await readMask(path('m.nii.gz'));
    const second: Volume = {
      ...OBLIQUE,
      data: OBLIQUE.data.slice(12),
      shape: [1, 3, 4],
      origin: [OBLIQUE.origin[0], OBLIQUE.origin[1], OBLIQUE.origin[2] + 2.5],
    };
    expect(matchMask(mask, second).data.every((value) => value === 0)).toBe(true);
    const first = { ...second, origin: OBLIQUE.origin };
    expect(Array.from(matchMask(mask, first).data)).toEqual([5, 5, 5, 5, 5, 5, 0, 0, 0, 0, 0, 0]);
    const elsewhere = { ...first, origin: [500, 500, 500] as const };
    expect(() => matchMask(mask, elsewhere)).toThrow(/covers 0 % of the image/);
  });

  it('are refused when they are images', async () => {
    await writeNifti(path('ct.nii'), OBLIQUE);
    await expect(readMask(path('ct.nii'))).rejects.toThrow(/is no label.*give a label map/);
  });

  it('may be one file a structure', async () => {
    const { mkdirSync } = await import('node:fs');
    mkdirSync(path('structures'));
    const one = (from: number, to: number): OrganMask => ({
      ...MASK,
      data: MASK.data.map((_, i) => (i >= from && i < to ? 1 : 0)),
    });
    await writeNifti(path('structures/liver.nii.gz'), one(0, 4));
    await writeNifti(path('structures/spleen.nii.gz'), one(4, 6));
    const mask = await readMask(path('structures'));
    expect(mask.labels).toEqual({ 1: 'spleen', 5: 'liver' });
    expect(Array.from(mask.data.slice(0, 7))).toEqual([5, 5, 5, 5, 1, 1, 0]);
  });
});

describe('preparation', () => {
  const expected = JSON.parse(
    readFileSync(new URL('./expected/resample.json', import.meta.url), 'utf8'),
  ) as {
    shape: [number, number, number];
    volume: number[];
    sizes: [number, number, number][];
    outputs: number[][];
  };

  it('resamples as torch.nn.functional.interpolate does', () => {
    expected.sizes.forEach((size, i) => {
      const output = resampleTrilinear(expected.volume, expected.shape, size);
      (expected.outputs[i] as number[]).forEach((value, k) =>
        expect(output[k]).toBeCloseTo(value, 5),
      );
    });
  });

  it('resamples labels to labels', () => {
    const labels = Uint8Array.of(1, 2, 3, 4);
    expect(Array.from(resampleNearest(labels, [1, 2, 2], [1, 4, 4]))).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
    ]);
  });

  it('maps the window to [-1, 1] and clamps', () => {
    const volume: Volume = {
      ...OBLIQUE,
      shape: [1, 1, 4],
      data: Int16Array.of(-3024, -1000, 0, 4000),
    };
    const { data } = prepareVolume(volume, {
      window: [-1000, 1000],
      size: [1, 1, 4],
      modality: 'slice',
    });
    expect(Array.from(data)).toEqual([-1, -1, 0, 1]);
    expect(() => prepareVolume(volume, { window: [5, 5], size: [1, 1, 4] })).toThrow(/low end/);
  });
});
