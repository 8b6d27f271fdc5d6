import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, matchMask, readMask, readVolume } from '../src/index';

/** Real files, beside the repository on developers' machines; the other tests prove the same on made ones. */
const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

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
});
