import type { OrganMask } from '@omnict/core';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, matchMask, readMask, readMaskLayers, readVolume } from '../src/index';

/** Real files, beside the repository on developers' machines; the other tests prove the same on made ones. */
const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

/** Voxels of each segment; written by tools/reference/io/generate.py. */
const SEGMENTS = JSON.parse(
  readFileSync(new URL('./expected/real-segments.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, number>>;

describe.skipIf(!existsSync(DATA))('real CT (skipped where ../shared/data is not there)', () => {
  it('reads the shuffled LIDC series in order', async () => {
    const facts = await inspect(join(DATA, 'lidc-0314-dicom'));
    // Minimum, maximum and mean as pydicom gives them for these 40 slices.
    expect(facts).toMatchObject({
      format: 'dicom',
      shape: [40, 512, 512],
      huMin: -1000,
      huMax: 1758,
    });
    expect(facts.spacingMm[0]).toBeCloseTo(1, 6);
    expect(facts.originMm[2]).toBeCloseTo(-554.8, 3);
  });

  it('reads JPEG 2000 and lays the 117-class mask over it', async () => {
    const { volume } = await readVolume(join(DATA, 'totalsegmentator/example_ct_dicom'));
    expect(volume.shape).toEqual([20, 512, 512]);
    const mask = await readMask(join(DATA, 'totalsegmentator/example_seg_dicom.nii.gz'));
    expect(Object.values(mask.labels)).toContain('liver');
    const matched = matchMask(mask, volume);
    let [sum, count] = [0, 0];
    matched.data.forEach((label, i) => {
      if (label !== 5) return;
      sum += volume.data[i] as number;
      count++;
    });
    expect(sum / count).toBeGreaterThan(40); // liver in HU, with contrast or without
    expect(sum / count).toBeLessThan(160);
  });

  it('reads one volume the same from NRRD and three kinds of NIfTI', async () => {
    const folder = join(DATA, 'lidc-0314-derived');
    const reference = await inspect(join(folder, 'lidc0314_crop_gzip.nrrd'));
    for (const name of [
      'lidc0314_crop_i16_qformonly.nii',
      'lidc0314_crop_oblique_permuted_f32_sformonly.nii.gz',
      'lidc0314_crop_u16_bigendian_sclinter.nii.gz',
    ]) {
      const facts = await inspect(join(folder, name));
      expect(facts.shape, name).toEqual(reference.shape);
      expect(facts.huMean, name).toBeCloseTo(reference.huMean, 3);
    }
  });

  it.each([
    ['liver.dcm', 'liver_seg.nrrd'],
    ['23x38x3/seg/label.seg', '23x38x3/nrrd/label.nrrd'],
    ['24x38x3/seg/label.seg', '24x38x3/nrrd/label.nrrd'],
  ])('reads the DICOM segmentation %s as the label map it was made from', async (name, source) => {
    const [segmentation, map] = await Promise.all(
      [name, source].map((file) => readMask(join(DATA, 'dicom-seg', file))),
    );
    expect(segmentation?.shape).toEqual(map?.shape);
    for (const key of ['spacing', 'origin', 'direction'] as const) {
      map?.[key].forEach((value, i) => expect(segmentation?.[key][i]).toBeCloseTo(value, 4));
    }
    expect(Object.values(segmentation?.labels ?? {})).toEqual(['liver']);
    const isLiver = (mask?: OrganMask) => mask?.data.map((label) => (label > 0 ? 1 : 0));
    expect(isLiver(segmentation)).toEqual(isLiver(map));
  });

  it('keeps segments apart that overlap, each with the voxels that pydicom counts', async () => {
    const counts = Object.entries(SEGMENTS).map(async ([name, expected]) => {
      const found: Record<string, number> = {};
      for (const { data, labels } of await readMaskLayers(join(DATA, name))) {
        for (const [value, label] of Object.entries(labels)) {
          found[label] = data.filter((voxel) => voxel === Number(value)).length;
        }
      }
      expect(found, name).toEqual(expected);
    });
    expect(await Promise.all(counts)).toHaveLength(2);
  });

  it('says what is wrong with a DICOM file without pixels', async () => {
    const path = join(DATA, 'dicom-transfer-syntaxes/no-pixel-data.dcm');
    await expect(readVolume(path)).rejects.toThrow(
      /without pixels, of modality .*; expected CT slices/,
    );
  });
});
