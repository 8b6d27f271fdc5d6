import { readNifti, resampleNearest } from '@omnict/io';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerFromRegions,
  askQuestions,
  type DrawnPhantom,
  drawPhantom,
  generatePhantomCT,
  perfectView,
  PHANTOM_SKILLS,
  phantomGrid,
  phantomPlane,
  QuestionSelection,
  type RegionMaps,
  samplePhantom,
} from '../src/index';
import { lesionCode } from '../src/phantom-ct/finding-codes';
import { hostLabels, hostNamed } from '../src/phantom-ct/hosts';
import { type Modality, ORGAN_CLASS_LABELS, type QuestionRecord, Random } from '@omnict/core';
import { readRecords } from './read-records';

const root = mkdtempSync(join(tmpdir(), 'omnict-phantom-'));
afterAll(() => rmSync(root, { recursive: true }));

const make = (name: string, seed: number) =>
  generatePhantomCT({
    seed,
    folder: join(root, name),
    size: [32, 128, 128],
    splits: {
      train: { slices: 24, volumes: 10 },
      validation: { slices: 0, volumes: 0 },
      test: { slices: 12, volumes: 5 },
    },
  });

function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const kind of ['images', 'masks', 'findings']) {
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
      ({ skill, taskType }) => skill === 'recognition' && taskType === 'judgment',
    );
    expect(asked.length).toBeGreaterThan(5);
    for (const { mask, organ, answer, question } of asked) {
      const { data } = await readNifti(join(root, 'a', mask ?? ''));
      const labels = ORGAN_CLASS_LABELS[organ];
      const voxels = Array.from(data).filter((value) => labels.includes(value)).length;
      expect(voxels > 0 ? 'yes' : 'no', question).toBe(answer);
    }
  });

  it('asks every skill and writes what it returns', () => {
    const kinds = new Set(records.map(({ skill }) => skill));
    for (const { name } of PHANTOM_SKILLS) expect([...kinds]).toContain(name);
    expect(readRecords(join(root, 'a', 'records.jsonl'))).toEqual(records);
  });
});

/** Scenes with all questions that may be asked about them. */
function scenes(modality: Modality, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(`scenes/${modality}/${index}`);
    const phantom = samplePhantom('p', random.fork('phantom'));
    const whole = phantomGrid([32, 128, 128]);
    const grid = modality === 'volume' ? whole : phantomPlane(whole, phantom, random.fork('plane'));
    const rendered = drawPhantom(phantom, grid);
    const drafts = askQuestions({ phantom, rendered, modality }, random.fork('questions'));
    return { phantom, rendered, drafts, random };
  });
}

/** Maps at the quickstart's size: 10 units of 3 slices. */
function prepared({ mask, findings }: DrawnPhantom, modality: Modality): RegionMaps {
  const shape: RegionMaps['shape'] = [modality === 'volume' ? 32 : 1, 108, 108];
  return {
    labels: resampleNearest(mask.data, mask.shape, shape) as Uint8Array,
    findings: resampleNearest(findings, mask.shape, shape) as Uint8Array,
    shape,
  };
}

describe('questions of PhantomCT', () => {
  const drawn = { slice: scenes('slice', 150), volume: scenes('volume', 60) };

  it.each(['slice', 'volume'] as const)('give nothing away by their words: %s', (modality) => {
    const selection = new QuestionSelection();
    const counts = new Map<string, Map<string, number>>();
    for (const { drafts, random } of drawn[modality]) {
      for (const draft of selection.take(drafts, { modality, count: 10, random })) {
        if (draft.answers === undefined) continue;
        const words = [draft.skill, draft.question, ...[...(draft.options ?? [])].sort()].join('|');
        const own = counts.get(words) ?? new Map(draft.answers.map((answer) => [answer, 0]));
        counts.set(words, own.set(draft.answer, (own.get(draft.answer) ?? 0) + 1));
      }
    }
    expect(counts.size).toBeGreaterThan(40);
    for (const [words, answers] of counts) {
      const numbers = [...answers.values()];
      expect(Math.max(...numbers) - Math.min(...numbers), words).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    ['slice', 0.95],
    ['volume', 0.95],
  ] as const)(
    'can be answered from perfect regions at the quickstart’s size: %s',
    (modality, least) => {
      const wrong: string[] = [];
      let count = 0;
      for (const { rendered, drafts } of drawn[modality]) {
        const view = perfectView(prepared(rendered, modality), 12);
        for (const draft of drafts.filter(({ answers }) => answers !== undefined)) {
          count++;
          const answer = answerFromRegions(view, draft);
          if (answer !== draft.answer)
            wrong.push(`${draft.skill}: ${draft.question} ${answer ?? '-'}`);
        }
      }
      expect(1 - wrong.length / count, wrong.slice(0, 40).join('\n')).toBeGreaterThanOrEqual(least);
    },
  );

  it('mark lesions on their organs alone', () => {
    for (const { phantom, rendered } of drawn.volume.slice(0, 10)) {
      const { data } = rendered.mask;
      for (const lesion of phantom.lesions) {
        const code = lesionCode(lesion);
        rendered.findings.forEach((value, voxel) => {
          if (value === code) expect(hostLabels(hostNamed(lesion.host))).toContain(data[voxel]);
        });
      }
    }
  });
});
