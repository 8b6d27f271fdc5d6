import { readNifti } from '@omnict/io';
import {
  CLINICAL_CATEGORIES,
  CT_RATE_LABELS,
  ORGAN_CLASS_LABELS,
  ORGAN_CLASSES,
  type QuestionRecord,
  TASK_TYPES,
} from '@omnict/core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePhantomCT2, type SceneFacts, SKILLS } from '../src/index';
import { readRecords } from './read-records';
import { csvLine } from '../src/phantom-ct-2/report/ct-rate';
import { componentsOf, heightsOfLabels } from './phantom-masks';

const root = mkdtempSync(join(tmpdir(), 'omnict-questions-'));
afterAll(() => rmSync(root, { recursive: true }));

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

const recordsOf = (folder: string): QuestionRecord[] => readRecords(join(folder, 'records.jsonl'));

/** Dozens of images are made; a busy machine takes long. */
const HOOK_TIMEOUT_MS = 900_000;

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
        train: { slices: 120, volumes: 24 },
        test: { slices: 0, volumes: 0 },
      },
      workers: 2,
    });
    records = recordsOf(folder);
  }, HOOK_TIMEOUT_MS);

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
    // Of 338 cells; a small set misses some by chance.
    expect(missing.length, missing.join(' ')).toBeLessThan(60);
    for (const modality of ['slice', 'volume']) {
      const organs = new Set(
        records.filter((one) => one.modality === modality).map(({ organ }) => organ),
      );
      expect(organs.size, modality).toBeGreaterThanOrEqual(12);
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

/** Task types whose answer is the value itself, but for presence, where choices are sentences. */
const SHORT = new Set(['short-answer', 'multi-choice']);

describe('answers of PhantomCT 2', () => {
  const folder = join(root, 'fine');
  let records: QuestionRecord[] = [];
  const scenes = new Map<string, SceneLine>();
  beforeAll(async () => {
    await generatePhantomCT2({
      folder,
      config: {
        seed: 21,
        size: [36, 72, 72],
        questionsPerSlice: 10,
        questionsPerVolume: 64,
        train: { slices: 30, volumes: 7 },
        test: { slices: 0, volumes: 0 },
      },
      workers: 2,
    });
    records = recordsOf(folder);
    for (const line of scenesOf(folder)) scenes.set(line.key, line);
  }, HOOK_TIMEOUT_MS);

  /** Answers of one kind that are the bare value, with what their masks show. */
  async function* asked(capability: string) {
    for (const record of records) {
      if (record.capability !== capability || !SHORT.has(record.taskType)) continue;
      const line = scenes.get(record.patient ?? '') as SceneLine;
      if (capability === 'finding presence' && record.taskType !== 'short-answer') continue;
      if (capability === 'organ in slice' && record.taskType !== 'short-answer') continue;
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
    expect([...checked.values()].reduce((sum, one) => sum + one, 0)).toBeGreaterThan(12);
    expect(checked.get('presence') ?? 0).toBeGreaterThan(1);
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
