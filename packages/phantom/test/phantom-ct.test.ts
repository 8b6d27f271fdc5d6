import { readNifti } from '@omnict/io';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePhantomCT } from '../src/index';
import { ORGAN_CLASS_LABELS, type QuestionRecord } from '@omnict/core';
import { readRecords } from './read-records';

const root = mkdtempSync(join(tmpdir(), 'omnict-phantom-'));
afterAll(() => rmSync(root, { recursive: true }));

const make = (name: string, seed: number) =>
  generatePhantomCT({
    seed,
    folder: join(root, name),
    size: [24, 64, 64],
    splits: {
      train: { slices: 24, volumes: 10 },
      validation: { slices: 0, volumes: 0 },
      test: { slices: 12, volumes: 5 },
    },
  });

function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const kind of ['images', 'masks']) {
    for (const name of readdirSync(join(folder, kind)).sort()) {
      hash.update(name).update(readFileSync(join(folder, kind, name)));
    }
  }
  return hash.update(readFileSync(join(folder, 'records.jsonl'))).digest('hex');
}

describe('PhantomCT', () => {
  let records: QuestionRecord[] = [];
  beforeAll(async () => {
    records = await make('a', 1);
  });

  it('is equal for equal seeds, file for file, and different for others', async () => {
    await make('b', 1);
    await make('c', 2);
    expect(digest(join(root, 'b'))).toBe(digest(join(root, 'a')));
    expect(digest(join(root, 'c'))).not.toBe(digest(join(root, 'a')));
  });

  it('never shares a phantom between splits, or between slices and volumes', () => {
    const homes = new Map<string, Set<string>>();
    for (const { patient = '', split, modality } of records) {
      homes.set(patient, (homes.get(patient) ?? new Set()).add(`${split} ${modality}`));
    }
    for (const [patient, places] of homes) expect([...places], patient).toHaveLength(1);
  });

  it('has plausible Hounsfield units in its organs', async () => {
    const mean = async (label: number): Promise<number> => {
      let [sum, count] = [0, 0];
      for (const index of [0, 1, 2]) {
        const name = `train-volume-0000${index}.nii.gz`;
        const image = await readNifti(join(root, 'a', 'images', name));
        const mask = await readNifti(join(root, 'a', 'masks', name));
        mask.data.forEach((value, i) => {
          if (value !== label) return;
          sum += image.data[i] as number;
          count++;
        });
      }
      return sum / count;
    };
    expect(await mean(5)).toBeGreaterThan(30); // liver
    expect(await mean(5)).toBeLessThan(130);
    expect(await mean(10)).toBeLessThan(-650); // lung
    expect(await mean(10)).toBeGreaterThan(-950);
    expect(await mean(51)).toBeGreaterThan(20); // heart
    expect(await mean(29)).toBeGreaterThan(100); // lumbar vertebra
  });

  it('answers that agree with the masks: which organs a slice shows', async () => {
    const asked = records.filter(
      ({ capability, modality, taskType }) =>
        capability === 'organ-recognition' && modality === 'slice' && taskType === 'judgment',
    );
    expect(asked.length).toBeGreaterThan(5);
    for (const { mask, organ, answer, question } of asked) {
      const { data } = await readNifti(join(root, 'a', mask ?? ''));
      const labels = ORGAN_CLASS_LABELS[organ];
      const voxels = Array.from(data).filter((value) => labels.includes(value)).length;
      expect(voxels > 0 ? 'yes' : 'no', question).toBe(answer);
    }
  });

  it('balances yes and no, and where the right option stands', async () => {
    const many = await generatePhantomCT({
      seed: 3,
      folder: join(root, 'many'),
      size: [12, 32, 32],
      splits: {
        train: { slices: 250, volumes: 0 },
        validation: { slices: 0, volumes: 0 },
        test: { slices: 0, volumes: 0 },
      },
    });
    const judged = many.filter(({ taskType }) => taskType === 'judgment');
    const yes = judged.filter(({ answer }) => answer === 'yes').length / judged.length;
    expect(yes).toBeGreaterThan(0.35);
    expect(yes).toBeLessThan(0.65);
    const places = many
      .filter(({ options }) => options?.length === 4)
      .map(({ options = [], answer }) => options.indexOf(answer));
    expect(places.every((place) => place >= 0)).toBe(true);
    for (const place of [0, 1, 2, 3]) {
      const share = places.filter((value) => value === place).length / places.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / places.length));
    }
  });

  it('asks about details, extent along z, small organs, and writes what it returns', () => {
    const kinds = new Set(records.map(({ capability }) => capability));
    for (const kind of ['lesion-presence', 'lesion-organ', 'z-position', 'finding', 'report']) {
      expect([...kinds]).toContain(kind);
    }
    expect(readRecords(join(root, 'a', 'records.jsonl'))).toEqual(records);
  });
});
