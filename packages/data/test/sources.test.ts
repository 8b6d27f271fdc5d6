import { ConfigError, FormatError, MissingDataError, type QuestionRecord } from '@omnict/core';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ImportOptions,
  type ImportReport,
  importSource,
  readRecords,
  SOURCES,
  validateRecords,
} from '../src/index';
import { put } from './layouts/files';
import { LAYOUTS } from './layouts/layouts';

const root = mkdtempSync(join(tmpdir(), 'omnict-sources-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;

async function bring(
  source: string,
  rest: Partial<ImportOptions> = {},
): Promise<{ report: ImportReport; records: QuestionRecord[] }> {
  const folder = join(root, String(made++));
  if (rest.path === undefined) LAYOUTS[source]?.(folder);
  const out = join(folder, 'out', 'records.jsonl');
  const report = await importSource({ source, path: folder, out, ...rest });
  const records: QuestionRecord[] = [];
  for await (const record of readRecords(report.out)) records.push(record);
  return { report, records };
}

const brief = (records: readonly QuestionRecord[]) =>
  records.map(({ taskType, category, organ, split }) =>
    [taskType, category, organ, split].join(' '),
  );

describe('every source', () => {
  it('has a layout here', () => {
    expect(Object.keys(LAYOUTS).sort()).toEqual(SOURCES.map(({ name }) => name).sort());
  });

  it.each(SOURCES.map(({ name }) => name))('%s: gives valid records with images', async (name) => {
    const { report, records } = await bring(name);
    expect(report).toMatchObject({ problems: 0, records: records.length });
    expect(records.length).toBeGreaterThan(0);
    expect(await validateRecords(report.out)).toMatchObject({ problems: 0 });
    for (const { image, source, imaging } of records) {
      expect(existsSync(resolve(dirname(report.out), image))).toBe(true);
      expect([source, imaging]).toEqual([name, 'CT']);
    }
  });
});

describe('sources one by one', () => {
  it('m3d-cap: findings of the case text; subsets are not read twice', async () => {
    const { report, records } = await bring('m3d-cap');
    expect(records.map(({ answer, split, patient }) => [answer, split, patient])).toEqual([
      ['Enlarged spleen 000006.', 'train', 'radiopaedia/ct_quizze/000006'],
      ['Enlarged spleen 000007.', 'test', 'radiopaedia/ct_quizze/000007'],
    ]);
    expect(records.every(({ values }) => values === 'intensity')).toBe(true);
    expect(report.skipped).toEqual({ 'subset of another section': 1 });
  });

  it('m3d-vqa: each question with choices and open', async () => {
    const { records } = await bring('m3d-vqa');
    expect(brief(records)).toEqual([
      'multi-choice GIR others train',
      'short-answer GIR others train',
      'multi-choice AII liver train',
      'short-answer AII liver train',
      'judgment MAI kidneys train',
      'multi-choice AII liver test',
      'short-answer AII liver test',
    ]);
    expect(records[0]?.options).toEqual(['Axial', 'Coronal', 'Sagittal']);
    expect(records[2]?.answer).toBe('liver, left');
  });

  it('ct-rate: findings and impression; typed turns; no volume without chest', async () => {
    const { report, records } = await bring('ct-rate');
    expect(brief(records)).toEqual([
      'report-generation AII trachea train',
      'report-generation AII others train',
      'report-generation AII lungs test',
      'short-answer AII lungs test',
      'multi-choice MAI others test',
      'free-form-qa MAI lungs test',
    ]);
    expect(records[4]).toMatchObject({ question: 'Which is seen?', answer: 'Nodule' });
    expect(records[4]).toMatchObject({ patient: 'ct-rate/valid_1', scan: 'ct-rate/valid_1_a' });
    expect(report.skipped).toEqual({ 'no chest': 1 });
  });

  it('3d-rad: dashes are no choices; patients are those of CT-RATE', async () => {
    const { records } = await bring('3d-rad');
    expect(brief(records)).toEqual([
      'short-answer AII others test',
      'judgment MAI lungs test',
      'multi-choice CRD others test',
    ]);
    expect(records[2]?.options).toHaveLength(4);
    expect(records[2]).toMatchObject({ answer: 'new, first seen', patient: 'ct-rate/valid_1000' });
  });

  it('rocov2: concepts tell CT, else the caption', async () => {
    const { report, records } = await bring('rocov2');
    expect(brief(records)).toEqual(['description AII liver train', 'description AII others train']);
    expect(report.skipped).toEqual({ 'not CT: MRI': 1 });
  });

  it('pubmed-vision: one image, CT', async () => {
    const { report, records } = await bring('pubmed-vision');
    expect(brief(records)).toEqual(['description AII liver train', 'dialogue MAI liver train']);
    expect(report.skipped).toEqual({ 'not CT: MRI': 1, 'several images': 1 });
  });

  it('radfig-vqa: options A to F from messages and tables', async () => {
    const { records } = await bring('radfig-vqa');
    expect(
      records.map(({ answer, options, difficulty }) => [answer, options?.length, difficulty]),
    ).toEqual([
      ['mass', 2, 3],
      ['left kidney', 6, undefined],
    ]);
  });

  it('omnimedvqa: both spellings of modality, absent options', async () => {
    const { records } = await bring('omnimedvqa');
    expect(records.map(({ options, organ }) => [options?.length, organ])).toEqual([
      [2, 'lungs'],
      [3, 'lungs'],
    ]);
  });

  it('llava-med: dialogues with history, misspelt key, CT flag', async () => {
    const { report, records } = await bring('llava-med');
    expect(records).toHaveLength(2);
    expect(records[1]).toMatchObject({
      history: [{ question: 'What organ is it?', answer: 'The liver.' }],
      question: 'Is there a mass?',
      taskType: 'dialogue',
    });
    expect(report.skipped).toEqual({ 'not CT: MRI': 1 });
  });

  it('medpix-clinqa: images in rows are written once', async () => {
    const { records } = await bring('medpix-clinqa');
    expect(brief(records)).toEqual(['short-answer MAI kidneys train']);
    expect(records[0]?.image).toMatch(/^images\/medpix-clinqa\/[0-9a-f]{20}\.png$/);
  });

  it('vqa-rad: numbers as answers, blanks, modality from answers and region', async () => {
    const { report, records } = await bring('vqa-rad');
    expect(brief(records)).toEqual([
      'judgment MAI liver train',
      'short-answer AII kidneys train',
      'short-answer GIR others train',
      'judgment MAI liver test',
    ]);
    expect(records.map(({ answer }) => answer)).toEqual(['Yes', '3', 'CT', 'no']);
    expect(report.skipped).toEqual({ 'not CT: X-ray': 1 });
  });

  it('slake: English unless asked otherwise', async () => {
    const { report, records } = await bring('slake');
    expect(brief(records)).toEqual(['short-answer GIR lungs test', 'judgment MAI lungs test']);
    expect(report.skipped).toEqual({ 'not English': 1, 'not CT: MRI': 1 });
    const any = await bring('slake', { language: 'any', imaging: 'any' });
    expect(any.records).toHaveLength(4);
  });

  it('medeval-ct: options come back as options', async () => {
    const { records } = await bring('medeval-ct');
    expect(records.map(({ modality, taskType, answer }) => [modality, taskType, answer])).toEqual([
      ['volume', 'multi-choice', 'lower lobe'],
      ['slice', 'judgment', 'no'],
    ]);
    expect(records[0]?.options).toEqual(['upper lobe', 'lower lobe']);
  });
});

describe('bad input', () => {
  const row = {
    qid: 1,
    image_name: 'a.jpg',
    image_organ: 'ABD',
    answer: 'Yes',
    question_type: 'PRES',
    question: 'Is there a mass?',
  };
  const rows = [
    row,
    { ...row, qid: 2, image_name: 'gone.jpg' },
    { ...row, qid: 3, answer: ['Yes'] },
    { ...row, qid: 4, image_organ: 'LEG' },
    { ...row, qid: 1, question: 'Again?' },
    { ...row, qid: 5, question: '  ' },
    { ...row, qid: 6, question: 'caf\xe9' },
    { ...row, qid: 7 },
  ];
  const text = `[${rows.map((value) => JSON.stringify(value)).join(',\n')}]`;
  const folder = join(root, 'bad');
  put(folder, 'trainset.json', Buffer.from(text, 'latin1'));
  put(folder, 'images/a.jpg');

  it('is collected with file and line, and the rest goes on', async () => {
    const out = join(folder, 'bad.jsonl');
    const { report, records } = await bring('vqa-rad', { path: folder, out });
    expect(report.first.map(({ line, kind }) => [line, kind])).toEqual([
      [2, 'missing-image'],
      [3, 'wrong-type'],
      [4, 'unknown-organ'],
      [5, 'duplicate-id'],
      [6, 'missing-field'],
      [7, 'encoding'],
    ]);
    expect(report.first.every(({ file }) => file.endsWith('trainset.json'))).toBe(true);
    expect(records.map(({ id }) => id)).toEqual(['vqa-rad-train-1', 'vqa-rad-train-7']);
    const unchecked = await bring('vqa-rad', { path: folder, out, checkImages: false });
    expect(unchecked.report.counts['missing-image']).toBeUndefined();
  });

  it('stops when strict, and leaves no half file', async () => {
    const out = join(folder, 'strict.jsonl');
    const strict = bring('vqa-rad', { path: folder, out, strict: true });
    await expect(strict).rejects.toThrow(/trainset\.json:2: .*gone\.jpg not found/);
    await expect(strict).rejects.toThrow(FormatError);
    expect(existsSync(out)).toBe(false);
  });

  it('names what is expected where nothing fits', async () => {
    await expect(bring('imagenet', { path: folder })).rejects.toThrow(ConfigError);
    await expect(bring('slake', { path: folder })).rejects.toThrow(MissingDataError);
    const other = join(folder, 'images', 'a.jpg');
    await expect(bring('slake', { path: other })).rejects.toThrow(/expected one of train\.json/);
  });
});

const REAL = fileURLToPath(new URL('../../../../shared/data/vqa-rad/', import.meta.url));

describe.skipIf(!existsSync(REAL))('VQA-RAD as published', () => {
  it('is read whole, and its CT images are those that were found by hand', async () => {
    const out = join(root, 'real', 'all.jsonl');
    const all = await bring('vqa-rad', { path: REAL, out, imaging: 'any' });
    expect(all.report).toMatchObject({ rows: 3064 + 451, records: 3064 + 451, problems: 0 });
    const { report, records } = await bring('vqa-rad', { path: REAL, out });
    expect(report.problems).toBe(0);
    const found = JSON.parse(readFileSync(join(REAL, 'ct_images_inferred.json'), 'utf8')) as {
      ct_images: string[];
      abd_images: string[];
    };
    const images = new Set(records.map(({ image }) => image.replace(/^.*\//, '')));
    for (const image of found.ct_images) expect(images.has(image), image).toBe(true);
    const abdominal = found.abd_images.filter((image) => images.has(image));
    expect(abdominal.length / found.abd_images.length).toBeGreaterThan(0.9);
    // Table 7 tests on 61 short answers and 96 judgments.
    expect(report.taskTypes).toMatchObject({
      'short-answer': { test: 64 },
      judgment: { test: 97 },
    });
    const organs = new Set(records.map(({ organ }) => organ));
    expect(organs.size).toBeGreaterThan(8);
  });
});
