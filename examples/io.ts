/** Writes a volume as NIfTI, reads it again, and prepares it as a model sees it. */
import { prepareVolume, readVolume, writeNifti } from '@omnict/io';
import type { Volume } from '@omnict/core';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const file = join(mkdtempSync(join(tmpdir(), 'omnict-example-')), 'ct.nii.gz');
const volume: Volume = {
  data: new Int16Array(4 * 8 * 8).fill(-1000).fill(40, 0, 128), // Hounsfield units
  shape: [4, 8, 8],
  spacing: [5, 0.8, 0.8],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
};
await writeNifti(file, volume);
const { volume: read } = await readVolume(file);
const prepared = prepareVolume(read, { window: [-1000, 1000], size: [2, 4, 4] });
console.log(read.shape, read.spacing, prepared.shape);

// Prints:
// [ 4, 8, 8 ] [ 5, 0.800000011920929, 0.800000011920929 ] [ 2, 4, 4 ]
