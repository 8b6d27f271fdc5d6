import type { QuestionRecord } from '@omnict/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ImportReport, importSource, readRecords } from '../src/index';
import { put } from './layouts/files';

const root = mkdtempSync(join(tmpdir(), 'omnict-options-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;

/** Imports a source of one file, images unchecked. */
async function bring(
  source: string,
  file: string,
  content: string,
): Promise<{ report: ImportReport; records: QuestionRecord[] }> {
  const folder = join(root, String(made++));
  put(folder, file, content);
  const out = join(folder, 'out', 'records.jsonl');
  const report = await importSource({ source, path: folder, out, checkImages: false });
  const records: QuestionRecord[] = [];
  for await (const record of readRecords(out)) records.push(record);
  return { report, records };
}
const answers = (records: readonly QuestionRecord[]) => records.map(({ answer }) => answer);
const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n');

describe('letters keep their places when an option is empty', () => {
  it('in OmniMedVQA', async () => {
    const row = {
      dataset: 'Chest CT Scan',
      question_id: '1',
      question_type: 'Lesion Grading',
      question: 'Which?',
      gt_answer: 'C',
      image_path: 'a.jpg',
      modality_type: 'CT',
      option_A: 'one',
      option_B: null,
      option_C: 'three',
      option_D: 'four',
    };
    const { records } = await bring(
      'omnimedvqa',
      'QA_information/Open-access/Chest CT Scan.json',
      JSON.stringify([row, { ...row, question_id: '2', gt_answer: 'B' }]),
    );
    expect(records.map(({ answer, options }) => [answer, options])).toEqual([
      ['three', ['one', 'three', 'four']], // and none for B, which has no text
    ]);
  });

  it('in 3D-RAD, whose letter must agree with its text', async () => {
    const head = ['VolumeName', 'Question', 'Answer', 'AnswerChoice', 'QuestionType', 'Task'];
    const row = (answer: string, letter: string): string[] => [
      'train_1_a_1.nii.gz',
      'Where?',
      answer,
      letter,
      'closed',
      'Anomaly_Detection',
      'left',
      '-',
      'right',
      'both',
    ];
    const { report, records } = await bring(
      '3d-rad',
      'train/Task1/a.csv',
      csv([
        [...head, ...['A', 'B', 'C', 'D'].map((letter) => `Choice ${letter}`)],
        row('right', 'C'),
        row('left', 'C'),
        row('Right.', 'c'),
      ]),
    );
    expect(answers(records)).toEqual(['right', 'right']);
    expect(report.first.map(({ line, message }) => [line, message])).toEqual([
      [3, expect.stringMatching(/letter and its text mean different options/)],
    ]);
  });

  it('in RadFig-VQA, whose options come as list, object or text', async () => {
    const row = (options: unknown, answer: string, i: number) =>
      JSON.stringify({
        id: String(i),
        image: 'i.jpg',
        question: 'Which?',
        modality: 'CT',
        options,
        answer,
      });
    const rows: [unknown, string][] = [
      ["['liver', 'spleen', 'kidney']", 'B'],
      ['{"A": "liver", "B": "spleen"}', 'B'],
      [{ A: 'liver', C: 'kidney' }, 'C'],
      [['none', 1, 2, 3], 'C'],
      [['liver', 'spleen', 3, 'kidney', 'colon'], 'D'],
      [['liver', null, 'kidney'], 'C'],
      [`["patient's left", 'right']`, 'A'],
      [['liver', ['x']], 'A'],
    ];
    const { report, records } = await bring(
      'radfig-vqa',
      'train.jsonl',
      rows.map(([options, answer], i) => row(options, answer, i)).join('\n'),
    );
    expect(answers(records)).toEqual([
      'spleen',
      'spleen',
      'kidney',
      '2',
      'kidney',
      'kidney',
      "patient's left",
    ]);
    expect(report.first.map(({ line, kind }) => [line, kind])).toEqual([[8, 'wrong-type']]);
  });
});

it('M3D-VQA: a full stop is no other answer, and the letter decides where the text does not', async () => {
  const head = ['Image Path', 'Text', 'Question Type', 'Question', 'Answer', 'Answer Choice'];
  const row = (answer: string, letter: string): string[] => [
    'ct/1/a.npy',
    't',
    '4',
    'Which?',
    answer,
    letter,
    'Cyst',
    'NA',
    'Tumor',
    'Abscess',
  ];
  const { report, records } = await bring(
    'm3d-vqa',
    'M3D_VQA_train.csv',
    csv([
      [...head, ...['A', 'B', 'C', 'D'].map((letter) => `Choice ${letter}`)],
      row('Cyst.', 'A'),
      row('A large tumour', 'C'),
      row('Cyst', 'D'),
    ]),
  );
  const choices = records.filter(({ options }) => options !== undefined);
  expect(answers(choices)).toEqual(['Cyst', 'Tumor']);
  expect(report.first.map(({ line }) => line)).toEqual([4]);
});

it('PubMedVision: one image may stand as text; entities are decoded', async () => {
  const row = {
    id: '4',
    image: 'images/pmc_1.jpg',
    modality: 'Computed Tomography',
    conversations: [
      { from: 'human', value: 'Is it &lt; 5&nbsp;mm &amp; round?' },
      { from: 'gpt', value: 'It is &#8804; 5 mm, &quot;round&quot; &unknown;.' },
    ],
  };
  const { records } = await bring(
    'pubmed-vision',
    'PubMedVision_Alignment_VQA.json',
    JSON.stringify([row]),
  );
  expect(records.map(({ question, answer }) => [question, answer])).toEqual([
    ['Is it < 5 mm & round?', 'It is \u2264 5 mm, "round" &unknown;.'],
  ]);
});
