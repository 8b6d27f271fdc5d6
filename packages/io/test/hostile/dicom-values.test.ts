import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publicTerm } from '../../src/dicom/public-term';
import { readVolume } from '../../src/index';
import { dicomSlice } from '../dicom-writer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a value of a DICOM file', () => {
  it.each(['DOE^JOHN', 'MRN123456', '1234567', '19700101', '121530.250', 'Roe', 'HU\\DOE'])(
    '%j is shown by a digest',
    (value) => expect(publicTerm(value)).toMatch(/^\[value [0-9a-f]{6}\]$/),
  );

  it.each([
    'CT',
    'MR',
    'OD',
    'ORIGINAL\\PRIMARY\\AXIAL',
    'B30f',
    'FC08',
    'BONE',
    '120',
    '-1.5',
    '',
  ])('%j is public, and shown', (value) => expect(publicTerm(value)).toBe(value));

  it('that holds a name where a term belongs does not get into an error', async () => {
    const series = join(folder, 'series');
    mkdirSync(series);
    writeFileSync(join(series, '1.dcm'), dicomSlice({ position: [0, 0, 0], modality: 'DOE^JOHN' }));
    const error = await readVolume(series).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toMatch(/modality \[value [0-9a-f]{6}\]/);
    expect(error?.message).not.toContain('DOE');
  });
});
