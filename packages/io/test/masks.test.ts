import type { OrganMask } from '@omnict/core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readMask, readMaskLayers, TOTALSEGMENTATOR_V1_LABELS, writeNifti } from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'omnict-masks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const mask = (data: readonly number[], labels = {}): OrganMask => ({
  data: Uint8Array.from(data),
  shape: [1, 2, 4],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  labels,
});

describe('masks', () => {
  it('of version 1 get the numbers of version 2', async () => {
    expect(Object.keys(TOTALSEGMENTATOR_V1_LABELS)).toHaveLength(104);
    await writeNifti(path('v1.nii.gz'), mask([7, 7, 44, 45, 49, 0, 0, 0]));
    const { data, labels } = await readMask(path('v1.nii.gz'), { labelVersion: 1 });
    expect([...data]).toEqual([52, 52, 51, 51, 118, 0, 0, 0]);
    expect(labels).toEqual({ 51: 'heart', 52: 'aorta', 118: 'pulmonary_artery' });
  });

  it('keep the names that the file carries, whatever its numbers', async () => {
    const named = mask([1, 2, 0, 0, 0, 0, 0, 0], { 1: 'liver', 2: 'coarse_body' });
    await writeNifti(path('named.nii'), named, { labelNames: true });
    const { data, labels } = await readMask(path('named.nii'));
    expect([...data.slice(0, 3)]).toEqual([5, 118, 0]);
    expect(labels).toEqual({ 5: 'liver', 118: 'coarse_body' });
  });

  it('of a folder may bear names of either version', async () => {
    mkdirSync(path('both'));
    await writeNifti(path('both/heart_myocardium.nii.gz'), mask([1, 0, 0, 0, 0, 0, 0, 0]));
    await writeNifti(path('both/heart_atrium_left.nii.gz'), mask([0, 1, 0, 0, 0, 0, 0, 0]));
    await writeNifti(path('both/spleen.nii.gz'), mask([0, 0, 1, 0, 0, 0, 0, 0]));
    const { data, labels } = await readMask(path('both'));
    expect([...data.slice(0, 4)]).toEqual([51, 51, 1, 0]);
    expect(labels).toEqual({ 1: 'spleen', 51: 'heart' });
  });

  it('of 3D Slicer come in layers, the smaller structure on top', async () => {
    const header = [
      'NRRD0004',
      'type: unsigned char',
      'dimension: 4',
      'space: left-posterior-superior',
      'sizes: 2 4 2 1',
      'space directions: none (1,0,0) (0,1,0) (0,0,1)',
      'kinds: list domain domain domain',
      'encoding: raw',
      'space origin: (0,0,0)',
      'Segment0_Name:=Liver',
      'Segment0_LabelValue:=1',
      'Segment0_Layer:=0',
      'Segment1_Name:=Tumour 1',
      'Segment1_LabelValue:=1',
      'Segment1_Layer:=1',
    ].join('\n');
    const voxels = [1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // pairs: layer 0, layer 1
    writeFileSync(
      path('a.seg.nrrd'),
      Buffer.concat([Buffer.from(`${header}\n\n`), Buffer.from(voxels)]),
    );
    const layers = await readMaskLayers(path('a.seg.nrrd'));
    expect(layers.map(({ data }) => [...data.slice(0, 4)])).toEqual([
      [5, 5, 5, 0],
      [0, 118, 0, 0],
    ]);
    const { data, labels } = await readMask(path('a.seg.nrrd'));
    expect([...data.slice(0, 4)]).toEqual([5, 118, 5, 0]);
    expect(labels).toEqual({ 5: 'liver', 118: 'tumour_1' });
  });
});
