import { OmnictError, Random } from '@omnict/core';
import { readSafetensors, selectEngine } from '@omnict/nn';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readMask, readVolume, writeNifti, writeNpy } from '../src/index';
import { compressedSlice } from './compressed-slice';
import { elementBytes } from './dicom-elements';
import { dicomDirectory, dicomSlice } from './dicom-writer';
import { segmentationFile, structureSetFile } from './mask-files';
import { rampSlice } from './ramp-series';
import { zip } from './zip-writer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No damaged file may take more processor time, in milliseconds. */
const MAX_MS = 5000;

/** Values that break size arithmetic. */
const HOSTILE = [0, 1, 0x7f, 0x80, 0xff];

/** Flips, overwrites, cuts, repeats or inserts at some places. */
function mutate(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original);
  const times = 1 + random.integer(4);
  for (let i = 0; i < times; i++) {
    // Half of the damage falls on the header.
    const end = random.uniform() < 0.5 ? Math.min(600, bytes.length) : bytes.length;
    const at = random.integer(Math.max(1, end));
    const length = 1 + random.integer(8);
    switch (random.integer(5)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << random.integer(8));
        break;
      case 1:
        bytes.fill(
          HOSTILE[random.integer(HOSTILE.length)] as number,
          at,
          Math.min(at + length, bytes.length),
        );
        break;
      case 2:
        bytes = bytes.subarray(0, Math.max(1, at));
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    }
  }
  return Buffer.from(bytes);
}

const VALUES = Int16Array.from({ length: 2 * 6 * 5 }, (_, i) => i - 30);
const GEOMETRY = {
  shape: [2, 6, 5],
  spacing: [2, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;

async function sound(name: string, write: (path: string) => Promise<void>): Promise<Buffer> {
  await write(join(folder, name));
  return readFileSync(join(folder, name));
}

const RAW = Buffer.from(VALUES.buffer);
const NRRD = Buffer.concat([
  Buffer.from(
    'NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 5 6 2\nspace directions: (1,0,0) (0,1,0) (0,0,2)\nkinds: domain domain domain\nendian: little\nencoding: gzip\nspace origin: (0,0,0)\n\n',
  ),
  gzipSync(RAW),
]);
const METAIMAGE = Buffer.concat([
  Buffer.from(
    'ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 1 1 2\nDimSize = 5 6 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n',
  ),
  RAW,
]);

/** A safetensors file of two tensors, as `safetensors.numpy.save` writes it. */
const SAFETENSORS = ((): Buffer => {
  const header = JSON.stringify({
    a: { dtype: 'I16', shape: [2, 6, 5], data_offsets: [0, 120] },
    b: { dtype: 'F32', shape: [2, 6, 5], data_offsets: [120, 360] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const floats = Buffer.from(Float32Array.from(VALUES).buffer);
  return Buffer.concat([length, Buffer.from(header), RAW, floats]);
})();

interface Format {
  format: string;
  runs: number;
  /** Name of the damaged file. */
  name: string;
  /** Content of the sound one. */
  make: () => Buffer | Promise<Buffer>;
  read?: (path: string) => Promise<unknown>;
}

const VOLUME = { ...GEOMETRY, data: VALUES, unit: 'HU' } as const;
const ARRAY = { data: VALUES, shape: [...GEOMETRY.shape] };
const SLICE = { position: [1, 2, 3], rows: 8, columns: 9 } as const;

/** A segmentation of two segments in three frames. */
const SEGMENTATION = segmentationFile({
  kind: 'BINARY',
  rows: 8,
  columns: 8,
  pixels: Buffer.alloc(24, 0x5a),
  segments: [
    { number: 1, label: 'Liver' },
    { number: 2, label: 'Spleen' },
  ],
  frames: [
    { z: 0, segment: 1 },
    { z: 2, segment: 1 },
    { z: 2, segment: 2 },
  ],
  measures: { spacing: 2, thickness: 2 },
});

/** Two structures, one with a hole. */
const STRUCTURE_SET = structureSetFile([
  {
    name: 'Liver',
    contours: [
      [0, 0, 0, 9, 0, 0, 9, 9, 0, 0, 9, 0],
      [3, 3, 0, 6, 3, 0, 6, 6, 0],
    ],
  },
  { name: 'Spleen', contours: [[0, 0, 2, 9, 0, 2, 9, 9, 2]] },
]);

/** Times as many files as in CI; `OMNICT_FUZZ=10` is the long run that docs/robustness.md counts. */
const FACTOR = Number(process.env['OMNICT_FUZZ'] ?? 1);

/** Files in CI: the sum of the runs below. */
const FORMATS: readonly Format[] = [
  {
    format: 'nifti',
    runs: 400,
    name: 'a.nii',
    make: () => sound('s.nii', (path) => writeNifti(path, VOLUME)),
  },
  {
    format: 'gzipped-nifti',
    runs: 200,
    name: 'a.nii.gz',
    make: () => sound('s.nii.gz', (path) => writeNifti(path, VOLUME)),
  },
  {
    format: 'npy',
    runs: 350,
    name: 'a.npy',
    make: () => sound('s.npy', (path) => writeNpy(path, ARRAY)),
  },
  {
    format: 'npz',
    runs: 100,
    name: 'a.npz',
    make: async () => {
      const content = await sound('s.npy', (path) => writeNpy(path, ARRAY));
      return zip([{ name: 'image.npy', content, isPacked: true }]);
    },
  },
  { format: 'dicom', runs: 400, name: 'a.dcm', make: () => dicomSlice(SLICE) },
  {
    format: 'dicom-rle',
    runs: 50,
    name: 'a.dcm',
    make: () => compressedSlice(SLICE, 'runLength'),
  },
  { format: 'dicom-ls', runs: 20, name: 'a.dcm', make: () => compressedSlice(SLICE, 'jpegLs') },
  {
    format: 'dicom-htj2k',
    runs: 20,
    name: 'a.dcm',
    make: () => compressedSlice(SLICE, 'highThroughputJpeg2000'),
  },
  {
    format: 'dicom-bare',
    runs: 150,
    name: 'a.dcm',
    make: () => elementBytes(rampSlice(0), 'implicit'),
  },
  {
    format: 'dicomdir',
    runs: 100,
    name: 'DICOMDIR',
    make: () => dicomDirectory(['A\\IM1', 'A\\IM2']),
  },
  { format: 'segmentation', runs: 250, name: 'a.dcm', make: () => SEGMENTATION, read: readMask },
  { format: 'structure-set', runs: 250, name: 'a.dcm', make: () => STRUCTURE_SET, read: readMask },
  { format: 'nrrd', runs: 250, name: 'a.nrrd', make: () => NRRD },
  { format: 'metaimage', runs: 150, name: 'a.mha', make: () => METAIMAGE },
  {
    format: 'safetensors',
    runs: 150,
    name: 'a.safetensors',
    make: () => SAFETENSORS,
    read: async (path) => {
      await selectEngine('cpu');
      for (const tensor of (await readSafetensors(path)).values()) tensor.dispose();
    },
  },
];

/** Memory that no damaged file may take, bytes. */
const MAX_GROWTH = 2 ** 30;

describe('damaged files end in a value or one of our errors', () => {
  it.each(FORMATS)(
    '$format, $runs times',
    async ({ format, runs: runsInCi, name, make, read = readVolume }) => {
      const runs = runsInCi * FACTOR;
      const original = await make();
      const random = new Random(`fuzz ${format}`);
      const place = join(folder, format);
      mkdirSync(place);
      const path = join(place, name);
      const resident = process.memoryUsage.rss();
      let refused = 0;
      let slowest = 0;
      let largest = 0;
      for (let run = 0; run < runs; run++) {
        writeFileSync(path, mutate(original, random));
        const start = process.cpuUsage();
        const error = await read(path).then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
        const { user, system } = process.cpuUsage(start);
        slowest = Math.max(slowest, (user + system) / 1000);
        if (run % 20 === 0) largest = Math.max(largest, process.memoryUsage.rss() - resident);
        if (error === undefined) continue;
        refused++;
        const isTyped = OmnictError.isInstance(error) && error.message.includes(place);
        if (isTyped && !/DOE|JANE|4711/.test(error.message)) continue;
        expect.fail(`run ${run}: ${error.stack}`);
      }
      expect(slowest).toBeLessThan(MAX_MS);
      expect(largest).toBeLessThan(MAX_GROWTH);
      // Damage is noticed where it can be: cut and shifted files at least.
      expect(refused).toBeGreaterThan(runs / 10);
    },
    600_000,
  );
});
