import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { listSeries, readVolume } from '../src/index';
import { compressedSlice } from './compressed-slice';
import { dicomDirectory, dicomSlice, type SliceSpec } from './dicom-writer';

const root = mkdtempSync(join(tmpdir(), 'omnict-dicom-'));
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
});
afterAll(() => rmSync(root, { recursive: true }));

/** Writes slices under names whose order says nothing. */
function write(slices: readonly SliceSpec[]): void {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  slices.forEach((slice, index) => {
    writeFileSync(join(folder, `${(index * 7) % 11}-${index}.dcm`), dicomSlice(slice));
  });
}

const at = (z: number, more: Partial<SliceSpec> = {}): SliceSpec => ({
  position: [-10, -20, z],
  ...more,
});
const plane = (data: ArrayLike<number>, z: number): number => data[z * 20] as number;

describe('DICOM series', () => {
  it('is ordered by position, rescaled slice by slice, and keeps its geometry', async () => {
    write([at(105), at(100, { slope: 2, intercept: -1000 }), at(110), at(102.5), at(107.5)]);
    const { volume, warnings, format } = await readVolume(folder);
    expect(format).toBe('dicom');
    expect(warnings).toEqual([]);
    expect(volume.shape).toEqual([5, 4, 5]);
    expect(volume.spacing).toEqual([2.5, 0.8, 0.7]);
    expect(volume.origin).toEqual([-10, -20, 100]);
    expect([0, 1, 2].map((z) => plane(volume.data, z))).toEqual([
      2 * 100 - 1000,
      102 - 1024, // stored as whole numbers
      105 - 1024,
    ]);
  });

  it('is turned to patient order when rows run to the right and back', async () => {
    const stored = Array.from({ length: 20 }, (_, i) => i);
    const orientation = [-1, 0, 0, 0, -1, 0];
    write([at(0, { stored, orientation }), at(3, { stored, orientation })]);
    const { volume } = await readVolume(folder);
    expect(volume.direction.map((value) => Math.round(value))).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(volume.data[0]).toBe(19 - 1024); // the last stored pixel lies first
    expect(volume.origin[0]).toBeCloseTo(-10 - 4 * 0.7, 6);
    expect(volume.origin[1]).toBeCloseTo(-20 - 3 * 0.8, 6);
  });

  it('takes any number for rescaling, and refuses what is no number', async () => {
    write([at(0, { intercept: 1e30 }), at(1, { slope: -2, intercept: 40_000 })]);
    const { volume } = await readVolume(folder);
    expect(volume.data).toBeInstanceOf(Float32Array);
    expect(plane(volume.data, 0)).toBeCloseTo(1e30, -24);
    expect(plane(volume.data, 1)).toBe(40_000 - 2); // stored 1
    write([at(0, { slope: NaN }), at(1)]);
    await expect(readVolume(folder)).rejects.toThrow(/slope NaN .* are impossible/);
    write([at(0, { intercept: Infinity }), at(1)]);
    await expect(readVolume(folder)).rejects.toThrow(/intercept Infinity are impossible/);
  });

  it('has missing slices filled, reported, or refused, as asked', async () => {
    write([at(0), at(1), at(2), at(4), at(5)]);
    const { volume, warnings } = await readVolume(folder);
    expect(volume.shape[0]).toBe(6);
    expect(plane(volume.data, 3)).toBeCloseTo(3 - 1024, 3);
    expect(warnings.join()).toMatch(/1 slices are missing among 5/);
    const asIs = await readVolume(folder, { onMissingSlice: 'warn' });
    expect(asIs.volume.shape[0]).toBe(5);
    await expect(readVolume(folder, { onMissingSlice: 'refuse' })).rejects.toThrow(/missing/);
  });

  it('is sheared upright when the gantry was tilted', async () => {
    // A bright column at x = 2 in the patient, seen one pixel further left in each slice.
    const shifted = (z: number): SliceSpec => {
      const stored = new Array<number>(20).fill(0);
      for (let row = 0; row < 4; row++) stored[row * 5 + 2 - z] = 1000;
      return { position: [z * 0.7, 0, z * 3], stored };
    };
    write([shifted(0), shifted(1), shifted(2)]);
    const { volume, warnings } = await readVolume(folder);
    expect(warnings.join()).toMatch(/tilted/);
    expect(volume.shape).toEqual([3, 4, 7]); // two columns more, so that nothing is cut off
    for (let z = 0; z < 3; z++) expect(volume.data[z * 28 + 2]).toBeCloseTo(1000 - 1024, 3);
  });

  it('must be one: several are listed, and one can be chosen', async () => {
    write([
      at(0),
      at(1),
      at(0, { series: '1.2.3.6', rows: 4 }),
      at(1, { series: '1.2.3.6' }),
      at(2, { series: '1.2.3.6' }),
    ]);
    await expect(readVolume(folder)).rejects.toThrow(
      /2 CT series.*1: 3 slices of 5 x 4, 2.5 mm thick; 2: 2 slices/,
    );
    expect((await readVolume(folder, { series: '2' })).volume.shape[0]).toBe(2);
    await expect(readVolume(folder, { series: '9' })).rejects.toThrow(/'9' is none of them/);
  });

  it('leaves scouts and reports out, and says so', async () => {
    write([
      at(0),
      at(1),
      at(9, { imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }),
      at(3, { hasPixels: false }),
    ]);
    const { volume, warnings } = await readVolume(folder);
    expect(volume.shape[0]).toBe(2);
    expect(warnings.join()).toMatch(/2 files that are no CT slices/);
  });

  it.each([
    ['only scouts', [at(0, { imageType: 'A\\B\\LOCALIZER' })], /localizers/],
    ['another modality', [at(0, { modality: 'MR' })], /modality MR; expected CT/],
    ['no pixels', [at(0, { hasPixels: false })], /without pixels/],
    [
      'two slices at one place',
      [at(0), at(0, { intercept: 0, stored: new Array<number>(20).fill(9) })],
      /lie at one place/,
    ],
  ] as const)('refuses %s', async (_, slices, message) => {
    write(slices);
    await expect(readVolume(folder)).rejects.toThrow(message);
  });

  it('ignores bits above those stored, and takes the sign from the highest stored one', async () => {
    const stored = new Array<number>(20).fill(0);
    stored[0] = 0xf005; // 12 bits: 5, with an overlay above
    stored[1] = 0x0fff; // 12 bits: -1 when signed, 4095 when not
    write([at(0, { stored, bitsStored: 12 })]);
    const { volume } = await readVolume(folder);
    expect([volume.data[0], volume.data[1]]).toEqual([5 - 1024, -1 - 1024]);
    write([at(0, { stored, bitsStored: 12, isSigned: false })]);
    const unsigned = (await readVolume(folder)).volume;
    expect([unsigned.data[0], unsigned.data[1]]).toEqual([5 - 1024, 4095 - 1024]);
  });

  it('refuses a file whose header breaks off', async () => {
    const path = join(folder, 'a.dcm');
    writeFileSync(path, dicomSlice(at(0)).subarray(0, 250));
    await expect(readVolume(path)).rejects.toThrow(/DICOM header cannot be read.*250 bytes/);
  });

  it('refuses a folder without DICOM and a file cut off', async () => {
    writeFileSync(join(folder, 'notes.txt'), 'no image');
    await expect(readVolume(folder)).rejects.toThrow(/no DICOM file/);
    const whole = dicomSlice(at(0));
    writeFileSync(join(folder, 'a.dcm'), whole.subarray(0, whole.length - 20));
    const error = (await readVolume(folder).catch((reason: unknown) => reason)) as Error;
    expect(error.name).toMatch(/FormatError|MissingDataError/);
    expect(error.message).toContain(folder);
  });

  it.each(['runLength', 'jpegLs', 'jpeg2000', 'highThroughputJpeg2000'] as const)(
    'decodes %s to the values that were compressed',
    async (compression) => {
      const stored = Array.from({ length: 12 * 13 }, (_, i) => ((i * 7919) % 4000) - 1000);
      const spec = at(0, { stored, rows: 12, columns: 13 });
      writeFileSync(join(folder, 'a.dcm'), await compressedSlice(spec, compression));
      const { volume } = await readVolume(folder);
      expect(Array.from(volume.data)).toEqual(stored.map((value) => value - 1024));
    },
  );

  it('reads the files that a DICOMDIR lists, and no others', async () => {
    write([at(0), at(1), at(2)]);
    const names = readdirSync(folder).filter((name) => !name.startsWith('0'));
    writeFileSync(join(folder, 'DICOMDIR'), dicomDirectory([...names, 'lost.dcm']));
    const { volume, warnings } = await readVolume(join(folder, 'DICOMDIR'));
    expect(volume.shape[0]).toBe(2);
    expect(warnings.join()).toMatch(/1 of 3 files of the DICOMDIR are missing/);
    expect((await readVolume(folder)).volume.shape[0]).toBe(3);
    writeFileSync(join(folder, 'DICOMDIR'), dicomDirectory(['..\\..\\secret']));
    await expect(readVolume(join(folder, 'DICOMDIR'))).rejects.toThrow(/outside its folder/);
  });

  it('lists all series, and why some are refused', async () => {
    write([
      at(0),
      at(1),
      at(0, { series: '1.2.3.7', imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }),
      at(0, { series: '1.2.3.8', modality: 'MR' }),
    ]);
    expect(await listSeries(folder)).toMatchObject([
      { series: '1', modality: 'CT', slices: 2, rows: 4, columns: 5, refused: undefined },
      { series: undefined, modality: 'MR', refused: 'modality MR' },
      { series: undefined, slices: 1, refused: 'scout' },
    ]);
  });

  it('takes one of several copies of a slice', async () => {
    write([at(0, { instance: '1.2.3.4.99' }), at(0, { instance: '1.2.3.4.99' }), at(1)]);
    const { volume, warnings } = await readVolume(folder);
    expect(volume.shape[0]).toBe(2);
    expect(warnings.join()).toMatch(/1 copies of slices were left out/);
  });

  it('puts a lone slice without geometry somewhere and says so, but no series', async () => {
    const without = ['0020,0032', '0020,0037', '0028,0030'];
    const stored = Array.from({ length: 20 }, (_, pixel) => pixel); // a constant image is warned of too
    write([at(7, { without, stored })]);
    const { volume, warnings } = await readVolume(folder);
    expect(volume).toMatchObject({ spacing: [2.5, 1, 1], origin: [0, 0, 0] });
    expect(warnings).toEqual([
      expect.stringContaining('no orientation'),
      expect.stringContaining('no position'),
      expect.stringContaining('no pixel spacing'),
    ]);
    write([at(7, { without }), at(8, { without })]);
    await expect(readVolume(folder)).rejects.toThrow(/no usable position/);
  });

  it('keeps values beyond 16 bits, and fractions of a unit', async () => {
    const stored = new Array<number>(20).fill(-1); // 65535 when unsigned
    write([at(0, { stored, isSigned: false }), at(1)]);
    expect(plane((await readVolume(folder)).volume.data, 0)).toBe(65535 - 1024);
    write([at(0, { slope: 0.5, stored: new Array<number>(20).fill(3) }), at(1)]);
    expect(plane((await readVolume(folder)).volume.data, 0)).toBe(1.5 - 1024);
  });

  it('is refused for its tilted gantry on request', async () => {
    write([0, 1, 2].map((z) => ({ position: [z * 0.7, 0, z * 3] as const })));
    await expect(readVolume(folder, { onTilt: 'refuse' })).rejects.toThrow(/gantry was tilted/);
  });

  it('warns when stored values are taken as HU', async () => {
    write([at(5, { without: ['0028,1052', '0028,1053'] })]);
    const { volume, warnings } = await readVolume(folder);
    expect([volume.data[0], warnings.join()]).toEqual([5, expect.stringMatching(/taken as HU/)]);
  });

  it('never tells who the patient is', async () => {
    write([at(0), at(1), at(5, { series: '1.2.3.6' })]);
    const error = (await readVolume(folder).catch((reason: unknown) => reason)) as Error;
    const { volume, warnings } = await readVolume(folder, { series: '1' });
    const told = JSON.stringify([error.message, warnings, { ...volume, data: [] }]);
    expect(told).not.toMatch(/DOE|JANE|4711|1\.2\.3/);
  });
});
