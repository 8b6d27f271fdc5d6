import type { Volume } from '@omnict/core';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareFiles, writeNifti } from '../../src/index';

const PATIENT = /DOE|JOHN|MRN123456/;
const VOLUME: Volume = {
  data: Int16Array.from({ length: 60 }, (_, i) => i * 10 - 300),
  shape: [3, 4, 5],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
};
const SETTINGS = { window: [-1000, 1000], size: [2, 2, 2], workers: 0 } as const;

let folder: string;
let scans: string;
let out: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  scans = join(folder, 'scans');
  out = join(folder, 'out');
  mkdirSync(join(scans, 'DOE^JOHN'), { recursive: true });
  await writeNifti(join(scans, 'DOE^JOHN', 'MRN123456.nii'), VOLUME);
  writeFileSync(join(scans, 'DOE JOHN MRN123456.nii'), Buffer.alloc(400, 1));
  writeFileSync(join(scans, 'DOE^JOHN_MRN123456.dcm'), 'no image');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("patients' names in names of images", () => {
  it('are in no result with names: digest, but in one file for its user alone', async () => {
    const result = await prepareFiles(scans, { ...SETTINGS, out, names: 'digest' });
    expect(result).toMatchObject({ total: 2, prepared: 1 });
    expect(result.failures).toHaveLength(1);
    expect(result.leftOut).toHaveLength(1);
    expect(JSON.stringify(result)).not.toMatch(PATIENT);
    const written = readdirSync(out, { recursive: true, withFileTypes: true });
    expect(written.map(({ name }) => name).join('\n')).not.toMatch(PATIENT);
    const named = written
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => PATIENT.test(readFileSync(path, 'latin1')));
    expect(named).toEqual([join(out, 'file-names.jsonl')]);
    expect(statSync(named[0] as string).mode & 0o777).toBe(0o600);
  });

  it('do not hinder a later run from going on', async () => {
    await prepareFiles(scans, { ...SETTINGS, out, names: 'digest' });
    const again = await prepareFiles(scans, { ...SETTINGS, out, names: 'digest' });
    expect(again).toMatchObject({ prepared: 0, skipped: 1 });
  });

  it('are kept where the user wants so', async () => {
    await prepareFiles(scans, { ...SETTINGS, out });
    expect(readdirSync(out).join('\n')).toMatch(/DOE\^JOHN/);
  });
});
