import { OmnictError, Random } from '@omnict/nn';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readVolume, writeNifti, writeNpy } from '../src/index';
import { dicomSlice } from './dicom-writer';
import { zip } from './zip-writer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No damaged file may take longer, in milliseconds. */
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

interface Format {
  format: string;
  runs: number;
  /** Name of the damaged file. */
  name: string;
  /** Content of the sound one. */
  make: () => Buffer | Promise<Buffer>;
}

const VOLUME = { ...GEOMETRY, data: VALUES, unit: 'HU' } as const;
const ARRAY = { data: VALUES, shape: [...GEOMETRY.shape] };

const FORMATS: readonly Format[] = [
  {
    format: 'nifti',
    runs: 1000,
    name: 'a.nii',
    make: () => sound('s.nii', (path) => writeNifti(path, VOLUME)),
  },
  {
    format: 'gzipped-nifti',
    runs: 400,
    name: 'a.nii.gz',
    make: () => sound('s.nii.gz', (path) => writeNifti(path, VOLUME)),
  },
  {
    format: 'npy',
    runs: 1000,
    name: 'a.npy',
    make: () => sound('s.npy', (path) => writeNpy(path, ARRAY)),
  },
  {
    format: 'npz',
    runs: 1000,
    name: 'a.npz',
    make: async () => {
      const content = await sound('s.npy', (path) => writeNpy(path, ARRAY));
      return zip([{ name: 'image.npy', content, isPacked: true }]);
    },
  },
  { format: 'dicom', runs: 1000, name: 'a.dcm', make: () => dicomSlice({ position: [1, 2, 3] }) },
  // WebAssembly takes forty milliseconds a file.
  { format: 'nrrd', runs: 60, name: 'a.nrrd', make: () => NRRD },
  { format: 'metaimage', runs: 60, name: 'a.mha', make: () => METAIMAGE },
];

describe('damaged files end in a value or one of our errors', () => {
  it.each(FORMATS)(
    '$format, $runs times',
    async ({ format, runs, name, make }) => {
      const original = await make();
      const random = new Random(`fuzz ${format}`);
      const place = join(folder, format);
      mkdirSync(place);
      const path = join(place, name);
      let refused = 0;
      for (let run = 0; run < runs; run++) {
        writeFileSync(path, mutate(original, random));
        const start = performance.now();
        const error = await readVolume(path).then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
        expect(performance.now() - start, `run ${run}`).toBeLessThan(MAX_MS);
        if (error === undefined) continue;
        refused++;
        expect(OmnictError.isInstance(error), `run ${run}: ${error.stack}`).toBe(true);
        expect(error.message, `run ${run}`).toContain(place);
        expect(error.message, `run ${run}`).not.toMatch(/DOE|JANE|4711/);
      }
      // Damage is noticed where it can be: cut and shifted files at least.
      expect(refused).toBeGreaterThan(runs / 10);
    },
    120_000,
  );
});
