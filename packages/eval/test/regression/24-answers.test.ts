/** @file Answers that were read wrongly once (issue 15, "Answers and statistics"), made anew for every option. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compareFiles,
  extractChoice,
  extractYesNo,
  judgeClosed,
  labelByRules,
  optionLetter,
  scoreFile,
} from '../../src/index';

const TEXTS = ['haemangioma', 'metastasis', 'focal fat', 'adenoma'];

/** Fills templates with each option's letter `L`, its text `T`, and another option's `M` and `U`. */
function responses(templates: readonly string[]): [response: string, letter: string][] {
  return templates.flatMap((template) =>
    TEXTS.map((text, index): [string, string] => {
      const other = (index + 1) % TEXTS.length;
      const values: Record<string, string> = {
        L: optionLetter(index),
        T: text,
        M: optionLetter(other),
        U: TEXTS[other] as string,
      };
      return [
        template.replaceAll(/\{([LTMU])\}/g, (_, name: string) => values[name] as string),
        optionLetter(index),
      ];
    }),
  );
}

describe('choices that a response states', () => {
  it.each(
    responses([
      '{L}',
      '({L})',
      '"{L}"',
      '{L}!',
      '{L},',
      '`{L}`',
      '${L}$',
      '**{L}**',
      '\\boxed{{L}}',
      '\\(\\boxed{\\text{{L}}}\\)',
      '{T}',
      ' {T} ',
      '{T}.',
      '“{T}”',
      'It is a {T}.',
      'The correct answer is option {L}',
      'Answer: {L}',
      'The answer is: {T}',
      'I choose {L}.',
      '{L}\n\nExplanation: {M} is wrong as it enhances.',
      'It enhances.\n{L}',
      'Choice {M} is incorrect. Choice {L} is correct.',
      '{L} is the correct answer.',
      'The answer is {L}, {M} is wrong.',
      'The answer is {M}. No, the answer is {L}.',
      'It is a {T}, not a {U}.',
      'No {U}, but a {T}.',
      'There is no doubt: a {T}.',
      '<think>{M} or {L}? The answer is {M}</think>\n{L}',
      'It may be {M}.</think>{L}',
      '答案是{L}。',
      '{L}。',
      '答案：{L}',
      '（{L}）',
      '{L}、{T}',
      'The answer is：{L}',
      '选{L}',
    ]),
  )('%j is %s', (response, letter) => {
    expect(extractChoice(response, TEXTS).choice).toBe(letter);
  });

  it('full-width letters', () => {
    for (const [index] of TEXTS.entries())
      expect(extractChoice(String.fromCharCode(0xff21 + index), TEXTS).choice).toBe(
        optionLetter(index),
      );
  });

  it.each([
    ['nai\u0308ve', ['na\u00efve', 'tea'], 'A'],
    ['lung\u00a0cyst', ['liver', 'lung cyst'], 'B'],
    ['lung   cyst', ['liver', 'lung cyst'], 'B'],
    ['Wilson\u2019s disease', ["Wilson's disease", 'colitis'], 'A'],
    ['well\u2010defined', ['ill-defined', 'well-defined'], 'B'],
    ['Left kidney', ['Left kidney ', 'Right kidney'], 'A'],
    ['Type C.', ['Type A', 'Type C', 'Type B'], 'B'],
    ['It is a type C.', ['Type A', 'Type C', 'Type B'], 'B'],
    ['Zone (B)', ['Zone (A)', 'Zone (B)'], 'B'],
    ['Yes, there is no nodule', ['No', 'Yes'], 'B'],
    ['2.5', ['5', '2.5'], 'B'],
  ])('%j among %j is %s', (response, options, letter) => {
    expect(extractChoice(response, options).choice).toBe(letter);
  });

  it('says where in the response as it was written', () => {
    const response = '<think>x</think> “Ｂ”';
    expect(extractChoice('ab <think>x</think>the answer is Ｂ.', TEXTS).span).toEqual([32, 34]);
    expect(extractChoice(response, TEXTS)).toMatchObject({ choice: 'B', span: [17, 20] });
  });
});

describe('responses that state no choice', () => {
  it.each(
    responses([
      'It is not a {T}.',
      'No evidence of {T}.',
      'The answer is not {L}.',
      "It isn't {L}.",
      'The answer is {L} or {M}.',
      'The answer is {L} and {M}.',
      'Answer: {L}, {M}',
      'The answer is {L}/{M}',
      'The answer is {T} or {U}',
      '{L} or {M}',
      '{T}, {U}',
      '<think>The answer is {L}. No wait',
      'ok <think>{L}',
      'Answer: {L}. {U}',
      '{L}) {U}',
      '{L}. {U}',
      '({L}) {U}',
      '{L}) {T} {M}) {U}',
      '不是{L}',
      '',
    ]),
  )('%j', (response) => {
    expect(extractChoice(response, TEXTS).choice).toBeNull();
  });

  it('words are no letters', () => {
    const nine = Array.from({ length: 9 }, (_, index) => `option text ${index}`);
    for (const response of ['Answer: I think it is hard', 'I, as a model, cannot', 'A nodule'])
      expect(extractChoice(response, nine).choice, response).toBeNull();
    for (const response of ['Vitamin B.', 'hepatitis B.'])
      expect(extractChoice(response, TEXTS).choice, response).toBeNull();
  });
});

describe('yes and no', () => {
  it.each([
    ['The finding is there. Answer: yes. No further comment.', 'yes'],
    ['<think>No, hmm, yes?</think>Yes', 'yes'],
    ['Ｎｏ', 'no'],
    ['There is no doubt: it is there.', null],
    ['I cannot say yes.', null],
    ['The answer is not yes.', null],
    ['<think>Yes', null],
    ['Yes or no?', null],
    ['yes/no', null],
    ['No. Yes.', null],
    ['Yes, no effusion is seen', 'yes'],
  ])('%j says %s', (response, choice) => {
    expect(extractYesNo(response).choice).toBe(choice);
  });
});

describe('numbers', () => {
  it.each([
    ['3.0', '3', true],
    ['3 cm', '30 mm', true],
    ['3', '3 cm', true],
    ['1,200 HU', '1200', true],
    ['\u22125', '-5', true],
    ['25', '2.5', false],
    ['-5', '5', false],
    ['3 mm', '3 cm', false],
    ['3 mm', '3 HU', false],
  ])('%s is %s: %s', (response, answer, isCorrect) => {
    expect(judgeClosed(response, { answer }).isCorrect).toBe(isCorrect);
  });
});

it.each([27, 28, 33, 60])('%i options have letters of their own', (count) => {
  const options = Array.from({ length: count }, (_, index) => `o${index}`);
  const letters = options.map((_, index) => optionLetter(index));
  expect(new Set(letters).size).toBe(count);
  for (const [index, option] of options.entries()) {
    expect(extractChoice(`the answer is ${option}`, options).choice).toBe(letters[index]);
    expect(extractChoice(letters[index] as string, options).choice).toBe(letters[index]);
  }
  expect(extractChoice('[', options).choice).toBeNull();
});

describe('structured reports', () => {
  const labels = (report: string): boolean => labelByRules(report).some(Boolean);

  it.each([
    'Pleural effusion: none.',
    'Pleural effusion - not seen',
    'Pleural effusion (absent)',
    'Emphysema = 0',
    'Emphysema | no',
    'Absent: pleural effusion, emphysema',
    'Negative findings: consolidation',
    'Lung nodule: negative',
  ])('%j names nothing', (report) => {
    expect(labels(report)).toBe(false);
  });

  it.each([
    'Pleural effusion: small.',
    'Emphysema: 0.5 of the lung',
    'Lung nodule: no change',
    'Lung nodule - not enlarged',
    'Findings: emphysema',
  ])('%j names a finding', (report) => {
    expect(labels(report)).toBe(true);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answers-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function write(
    name: string,
    rows: readonly object[],
    encoding: 'utf8' | 'latin1' = 'utf8',
  ) {
    const path = join(folder, name);
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), encoding);
    return { predictions: path };
  }
  const yesNo = (count: number, said: string, more: { answer?: string; cluster?: string } = {}) =>
    Array.from({ length: count }, (_, id) => ({ id, prediction: said, answer: 'yes', ...more }));

  it('with two answers for one id are not compared', async () => {
    const [a, b] = [
      await write('a', yesNo(3, 'yes')),
      await write('b', yesNo(3, 'yes', { answer: 'no' })),
    ];
    await expect(compareFiles(a, b, { metrics: ['accuracy'] })).rejects.toThrow(
      /b: id '0' has the answer 'no'; expected 'yes', as in .*a;/,
    );
  });

  it.each([
    [1, undefined],
    [3, undefined],
    [10, 'patient 1'],
  ])('of %i questions of %s show no difference', async (count, cluster) => {
    const a = await write('a', yesNo(count, 'yes', { cluster }));
    const b = await write('b', yesNo(count, 'no', { cluster }));
    const { metrics } = await compareFiles(a, b, { metrics: ['accuracy'] });
    const { low, high, adjustedPValue, resolvable } = metrics[0] ?? {};
    expect([low, high, resolvable]).toEqual([null, null, null]);
    expect(adjustedPValue ?? 1).toBeGreaterThanOrEqual(0.25);
  });

  it('name the line that cannot be used', async () => {
    const scored = async (rows: readonly object[], encoding?: 'latin1') =>
      scoreFile(await write('c', rows, encoding), { metrics: ['accuracy', 'option-likelihood'] });
    const good = { id: 0, prediction: 'A', options: ['a', 'b'], answer: 'a' };
    await expect(scored([good, { ...good, id: 1, answer: 'z' }])).rejects.toThrow(
      /c:2: answer: is none of the options/,
    );
    await expect(
      scored([good, { ...good, id: 1, optionLogProbabilities: [-1, -2, -3] }]),
    ).rejects.toThrow(/c:2: field 'optionLogProbabilities'.*expected 2 numbers/);
    await expect(
      scored([good, { ...good, id: 1, prediction: 'Sj\u00f6gren' }], 'latin1'),
    ).rejects.toThrow(/c:2: is no UTF-8/);
  });

  it.each([NaN, 0, 1, 1.5, -1])('are not scored with a confidence of %d', async (confidence) => {
    const file = await write('d', yesNo(3, 'yes'));
    await expect(scoreFile(file, { metrics: ['accuracy'], confidence })).rejects.toThrow(
      /confidence: cannot be used/,
    );
  });
});
