import { readNifti, readVolume } from '@omnict/io';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLINICAL_CATEGORIES,
  CT_RATE_LABELS,
  generatePhantomCT2,
  ORGAN_CLASS_LABELS,
  ORGAN_CLASSES,
  type QuestionRecord,
  readRecords,
  type SceneFacts,
  SKILLS,
  TASK_TYPES,
} from '../src/index';
import { csvLine } from '../src/phantom2/report/ct-rate';
import { componentsOf, heightsOfLabels } from './phantom-masks';

const root = mkdtempSync(join(tmpdir(), 'omnict-phantom2-'));
afterAll(() => rmSync(root, { recursive: true }));

const WORKER = fileURLToPath(new URL('../dist/phantom-worker.js', import.meta.url));

interface SceneLine {
  key: string;
  split: string;
  image: string;
  mask: string;
  findingMask: string;
  labels: number[];
  scene: SceneFacts;
}

const scenesOf = (folder: string): SceneLine[] =>
  readFileSync(join(folder, 'scenes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SceneLine);

async function recordsOf(folder: string): Promise<QuestionRecord[]> {
  const records: QuestionRecord[] = [];
  for await (const record of readRecords(join(folder, 'records.jsonl'))) records.push(record);
  return records;
}

function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort()) {
    hash.update(entry.slice(folder.length)).update(readFileSync(entry));
  }
  return hash.digest('hex');
}

const SMALL = {
  seed: 7,
  size: [16, 32, 32],
  train: { slices: 5, volumes: 2 },
  test: { slices: 2, volumes: 1 },
};

describe('a PhantomCT 2 dataset', () => {
  it('is equal for equal seeds, whatever the number of workers, and goes on after a stop', async () => {
    expect(existsSync(WORKER), 'run `npx nx build data` first').toBe(true);
    const make = (name: string, options: object) =>
      generatePhantomCT2({ folder: join(root, name), config: SMALL, ...options });
    await make('one', { workers: 1 });
    await make('three', { workers: 3 });
    expect(digest(join(root, 'three'))).toBe(digest(join(root, 'one')));
    await make('other', { workers: 1, config: { ...SMALL, seed: 8 } });
    expect(digest(join(root, 'other'))).not.toBe(digest(join(root, 'one')));

    const stop = new AbortController();
    const stopped = make('stopped', {
      workers: 1,
      signal: stop.signal,
      onProgress: (done: number) => done === 4 && stop.abort(new Error('stop')),
    });
    await expect(stopped).rejects.toThrow('stop');
    expect(existsSync(join(root, 'stopped', 'records.jsonl'))).toBe(false);
    const rest = await make('stopped', { workers: 1 });
    expect(rest.reused).toBe(4);
    expect(digest(join(root, 'stopped'))).toBe(digest(join(root, 'one')));
    // Another recipe is not taken for this one.
    const finer = await make('stopped', { workers: 1, config: { ...SMALL, size: [16, 36, 36] } });
    expect(finer.reused).toBe(0);
  });

  it('never shares a phantom between splits, or between slices and volumes', async () => {
    const homes = new Map<string, Set<string>>();
    for (const { patient = '', split, modality } of await recordsOf(join(root, 'one'))) {
      homes.set(patient, (homes.get(patient) ?? new Set()).add(`${split} ${modality}`));
    }
    expect(homes.size).toBe(10);
    for (const [patient, places] of homes) expect([...places], patient).toHaveLength(1);
    const pixels = scenesOf(join(root, 'one')).map(({ image }) =>
      createHash('sha256')
        .update(readFileSync(join(root, 'one', image)))
        .digest('hex'),
    );
    expect(new Set(pixels).size).toBe(pixels.length);
  });

  it('holds the same HU and geometry as NIfTI, DICOM and PNG', async () => {
    const config = { ...SMALL, train: { slices: 1, volumes: 1 }, test: { slices: 0, volumes: 0 } };
    for (const format of ['nifti', 'dicom', 'png'] as const) {
      await generatePhantomCT2({
        folder: join(root, format),
        config: { ...config, format },
        workers: 1,
      });
    }
    const [slice, volume] = scenesOf(join(root, 'nifti'));
    for (const scene of [slice, volume] as SceneLine[]) {
      const nifti = (await readVolume(join(root, 'nifti', scene.image))).volume;
      const key = scene.key;
      const dicom = (await readVolume(join(root, 'dicom', 'images', key))).volume;
      expect(dicom.shape).toEqual(nifti.shape);
      expect(Buffer.from(Int16Array.from(dicom.data).buffer)).toEqual(
        Buffer.from(Int16Array.from(nifti.data).buffer),
      );
      [...dicom.origin, ...dicom.spacing].forEach((value, i) =>
        expect(value).toBeCloseTo([...nifti.origin, ...nifti.spacing][i] as number, 3),
      );
      const name = key.includes('slice') ? `${key}.png` : key;
      const png = (await readVolume(join(root, 'png', 'images', name))).volume;
      expect(Array.from(png.data)).toEqual(Array.from(nifti.data));
      const mask = await readNifti(join(root, 'png', scene.mask));
      expect([mask.shape, mask.spacing]).toEqual([png.shape, png.spacing]);
    }
  });

  it('names every field of a config that does not fit', async () => {
    const config = { ...SMALL, size: [2, 40], followUps: 3, colour: 'red' };
    await expect(generatePhantomCT2({ folder: join(root, 'bad'), config })).rejects.toThrow(
      /size.*followUps|followUps.*size|additional/s,
    );
  });
});

describe('questions of PhantomCT 2', () => {
  const folder = join(root, 'many');
  let records: QuestionRecord[] = [];
  beforeAll(async () => {
    await generatePhantomCT2({
      folder,
      config: {
        seed: 11,
        size: [16, 40, 40],
        questionsPerSlice: 8,
        questionsPerVolume: 48,
        followUps: 0.5,
        train: { slices: 150, volumes: 30 },
        test: { slices: 0, volumes: 0 },
      },
      workers: 2,
    });
    records = await recordsOf(folder);
  });

  it('cover task types, categories and organs but for the cells that make no sense', () => {
    const cells = new Set(records.map((one) => `${one.taskType}/${one.category}/${one.organ}`));
    const missing: string[] = [];
    for (const task of TASK_TYPES) {
      for (const category of CLINICAL_CATEGORIES) {
        for (const organ of ORGAN_CLASSES) {
          const isSenseless =
            (task === 'description' && category === 'CRD') ||
            (task === 'report-generation' && category === 'GIR');
          const cell = `${task}/${category}/${organ}`;
          if (isSenseless) expect(cells.has(cell), cell).toBe(false);
          else if (!cells.has(cell)) missing.push(cell);
        }
      }
    }
    expect(missing.length, missing.join(' ')).toBeLessThanOrEqual(12); // of 338; chance, in a small set
    for (const modality of ['slice', 'volume']) {
      const organs = new Set(
        records.filter((one) => one.modality === modality).map(({ organ }) => organ),
      );
      expect(organs.size, modality).toBe(13);
    }
    expect(new Set(records.map(({ difficulty }) => difficulty))).toEqual(new Set([1, 2, 3]));
    const skills = new Set(records.map(({ skill }) => skill));
    for (const skill of SKILLS) expect(skills.has(skill), skill).toBe(true);
  });

  it('give a blind guesser no more than chance', () => {
    const judged = records.filter(({ taskType }) => taskType === 'judgment');
    const yes = judged.filter(({ answer }) => answer === 'yes').length / judged.length;
    expect(Math.abs(yes - 0.5)).toBeLessThan(0.08);
    // The most frequent answer of each kind of question, against chance and four standard errors.
    const kinds = new Map<string, QuestionRecord[]>();
    for (const record of records) {
      if (record.taskType !== 'judgment' && record.options === undefined) continue;
      const kind = `${record.capability}/${record.taskType}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), record]);
    }
    for (const [kind, asked] of kinds) {
      if (asked.length < 40) continue;
      // Positions for choices: texts of options differ from question to question.
      const guesses = new Map<string | number, number>();
      let chance = 0;
      for (const { options, answer } of asked) {
        const key = options === undefined ? answer : options.indexOf(answer);
        guesses.set(key, (guesses.get(key) ?? 0) + 1);
        chance += 1 / (options?.length ?? 2) / asked.length;
      }
      const best = Math.max(...guesses.values()) / asked.length;
      const error = Math.sqrt((chance * (1 - chance)) / asked.length);
      expect(best, kind).toBeLessThan(chance + 4 * error + 0.05);
    }
  });

  it('come with CT-RATE’s tables in its layout, equal to the scenes', () => {
    const volumes = scenesOf(folder).filter(({ key }) => key.includes('volume'));
    const lines = readFileSync(join(folder, 'ct-rate', 'train_labels.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(lines[0]).toBe(csvLine(['VolumeName', ...CT_RATE_LABELS]));
    expect(lines.length).toBe(volumes.length + 1);
    volumes.forEach(({ image, labels }, i) => {
      expect(lines[i + 1]).toBe(`${image.slice('images/'.length)},${labels.join(',')}`);
    });
    const reports = readFileSync(join(folder, 'ct-rate', 'train_reports.csv'), 'utf8');
    expect(reports.startsWith('VolumeName,ClinicalInformation_EN,Technique_EN,Findings_EN,')).toBe(
      true,
    );
  });
});

describe('answers of PhantomCT 2', () => {
  const folder = join(root, 'fine');
  let records: QuestionRecord[] = [];
  const scenes = new Map<string, SceneLine>();
  beforeAll(async () => {
    await generatePhantomCT2({
      folder,
      config: {
        seed: 21,
        size: [40, 80, 80],
        questionsPerSlice: 10,
        questionsPerVolume: 64,
        train: { slices: 40, volumes: 9 },
        test: { slices: 0, volumes: 0 },
      },
      workers: 2,
    });
    records = await recordsOf(folder);
    for (const line of scenesOf(folder)) scenes.set(line.key, line);
  });

  /** Short answers of one kind, with what their masks show. */
  async function* asked(capability: string) {
    for (const record of records) {
      if (record.capability !== capability || record.taskType !== 'short-answer') continue;
      const line = scenes.get(record.patient ?? '') as SceneLine;
      const finding = line.scene.findings.find(({ name }) => name === record.finding);
      yield {
        record,
        finding,
        organs: await readNifti(join(folder, line.mask)),
        findings: await readNifti(join(folder, line.findingMask)),
      };
    }
  }

  it('agree with the organ mask: what a slice shows', async () => {
    let count = 0;
    for await (const { record, organs } of asked('organ in slice')) {
      const labels = ORGAN_CLASS_LABELS[record.organ];
      const isThere = organs.data.some((value) => labels.includes(value));
      expect(record.answer, record.question).toBe(isThere ? 'yes' : 'no');
      count++;
    }
    expect(count).toBeGreaterThan(3);
  });

  it('agree with the finding mask: presence, number, side, third, lobe, comparison', async () => {
    const checked = new Map<string, number>();
    const count = (kind: string) => checked.set(kind, (checked.get(kind) ?? 0) + 1);
    for await (const { record, finding, findings } of asked('finding presence')) {
      const isDrawn = (finding?.observed.length ?? 0) > 0;
      if (record.answer === 'yes' && !isDrawn) continue; // the anatomy itself differs
      const value = finding?.value ?? -1;
      expect(record.answer, record.id).toBe(findings.data.includes(value) ? 'yes' : 'no');
      count('presence');
    }
    for await (const { record, finding, findings } of asked('count')) {
      const lumps = componentsOf(findings, finding?.value ?? -1);
      expect(record.answer, record.id).toBe(['no', 'one', 'two', 'three'][lumps.length]);
      count('count');
    }
    for await (const { record, finding, findings } of asked('side')) {
      const [lump] = componentsOf(findings, finding?.value ?? -1);
      if (lump === undefined) continue;
      expect(record.answer, record.id).toBe((lump.center[0] as number) > 0 ? 'left' : 'right');
      count('side');
    }
    for await (const { record, finding, findings, organs } of asked('third')) {
      const [lump] = componentsOf(findings, finding?.value ?? -1);
      const place = finding?.place ?? '';
      const labels =
        record.organ === 'kidneys'
          ? [place.startsWith('left') ? 3 : 2]
          : ORGAN_CLASS_LABELS[record.organ];
      const [low, high] = heightsOfLabels(organs, labels);
      const share = ((lump?.center[2] ?? 0) - low) / (high - low);
      const third = share > 2 / 3 ? 'upper' : share > 1 / 3 ? 'middle' : 'lower';
      expect(record.answer, record.id).toBe(third);
      count('third');
    }
    for (const kind of ['larger of two', 'higher of two']) {
      for await (const { record, finding, findings } of asked(kind)) {
        const lumps = componentsOf(findings, finding?.value ?? -1);
        const measure = (lump: (typeof lumps)[number]): number =>
          kind === 'larger of two' ? lump.voxels : (lump.center[2] as number);
        const [best] = [...lumps].sort((a, b) => measure(b) - measure(a));
        expect(record.answer, record.id).toBe((best?.center[0] ?? 0) > 0 ? 'left' : 'right');
        count(kind);
      }
    }
    for (const kind of ['presence', 'count', 'side', 'third']) {
      expect(checked.get(kind) ?? 0, kind).toBeGreaterThan(1);
    }
  });

  it('agree with measured sizes: grades of round lesions', async () => {
    const { FINDINGS } = await import('../src/index');
    let count = 0;
    for await (const { record, finding } of asked('size')) {
      const entry = FINDINGS.find(({ name }) => name === record.finding);
      if (entry?.geometry.kind !== 'focal' || entry.geometry.surface !== 'smooth') continue;
      if (record.modality !== 'volume' || finding?.lesions[0]?.isElongated === true) continue;
      const volume = finding?.observed[0]?.volume ?? 0;
      const diameter = ((6 * volume) / Math.PI) ** (1 / 3);
      const grade = entry.grades.find(
        ({ size: [low, high] }) => diameter > low * 0.93 && diameter < high * 1.07,
      );
      expect(grade?.name, record.id).toBe(record.answer);
      count++;
    }
    expect(count).toBeGreaterThan(0);
  });
});
