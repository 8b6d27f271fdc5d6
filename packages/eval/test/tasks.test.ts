import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import {
  circularScores,
  type EvalQuestion,
  evaluateTask,
  fillTable,
  loadTableLayout,
  loadTask,
  mismatchImages,
  paraphraseQuestions,
  renderFilledTable,
  rotateOptions,
  tableNames,
  type TaskResult,
  taskNames,
} from '../src/index';

const question = (more: Partial<EvalQuestion> & Pick<EvalQuestion, 'id'>): EvalQuestion => ({
  image: `${more.id}.nii.gz`,
  modality: 'volume',
  question: 'Is there a nodule?',
  answer: 'yes',
  taskType: 'judgment',
  ...more,
});

describe('tasks', () => {
  it('all shipped files fit their schemas', () => {
    expect(taskNames().map((name) => loadTask(name).name)).toEqual(taskNames());
    expect(tableNames().map((name) => loadTableLayout(name).name)).toEqual(tableNames());
  });

  it('every column of every table belongs to a task', () => {
    for (const name of tableNames()) {
      for (const { task, columns } of loadTableLayout(name).groups) {
        const keys = loadTask(task).columns.map(({ key }) => key);
        expect(keys).toEqual(expect.arrayContaining(columns));
      }
    }
  });

  it('an unknown name lists the known ones', () => {
    expect(() => loadTask('imagenet')).toThrow(/expected a YAML file or one of 3d-rad, ct-rate/);
    expect(() => loadTask('absent.yaml')).toThrow(/no such file/);
  });

  it('columns select their questions, and a metric without its checkpoint has a named substitute', async () => {
    const result = await evaluateTask(loadTask('vqa-rad'), [
      { question: question({ id: '1' }), prediction: 'Yes.' },
      { question: question({ id: '2' }), prediction: 'no' },
      {
        question: question({ id: '3', taskType: 'short-answer', answer: 'left lung' }),
        prediction: 'left lung',
      },
    ]);
    const [close, open] = result.columns;
    expect(close).toMatchObject({
      title: 'Close',
      metric: 'accuracy',
      figure: { value: 0.5, count: 2 },
    });
    expect(open).toMatchObject({ metric: 'open-qa-lexical', figure: { value: 1, count: 1 } });
    expect(open?.substitute).toContain('open-qa needs an encoder');
  });

  it('a capability with a part belongs to its task', async () => {
    const result = await evaluateTask(loadTask('3d-rad'), [
      {
        question: question({ id: '1', capability: 'Existence Detection/Nodule' }),
        prediction: 'yes',
      },
    ]);
    expect(result.columns.find(({ key }) => key === 'ed')?.figure?.count).toBe(1);
  });
});

describe('tables of the paper', () => {
  /** Figures of the paper's OmniCT-7B row, to see that its average comes out. */
  const PAPER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    'table-2': {
      ...{ 'slake/close': 85.05, 'slake/open': 87.2, 'vqa-rad/close': 76.04 },
      ...{ 'vqa-rad/open': 36.32, 'omnimedvqa/task1': 97.97, 'omnimedvqa/task2': 98.7 },
      ...{ 'radfig-vqa/easy': 82.3, 'radfig-vqa/medium': 85.82, 'radfig-vqa/hard': 83.62 },
    },
    'table-3': {
      ...{ 'm3d/cap': 26.61, 'm3d/close': 83.84, 'm3d/open': 63.88 },
      ...{
        'ct-rate/multi-choice': 89.8,
        'ct-rate/clinical-entity': 63.99,
        'ct-rate/report': 52.48,
      },
      ...{ '3d-rad/io': 53.68, '3d-rad/ad': 51.97, '3d-rad/ed': 87.77, '3d-rad/std': 67.91 },
      '3d-rad/ltd': 85.69,
    },
    'table-8': bench('2d', [
      ...[74.68, 80.39, 82.31, 68.33, 82.1, 78.79, 75, 83.47, 80, 73.08, 80.71, 83.05, 86.47],
      ...[70.7, 88.95, 86.83, 81.78],
    ]),
    'table-9': bench('3d', [
      ...[67.22, 86.91, 80.2, 71.25, 78.2, 75, 64.02, 80, 63.83, 89.39, 84.46, 83.91, 81.45],
      ...[77.82, 86.06, 77.18, 72.78],
    ]),
  };

  function bench(dimension: string, figures: readonly number[]): Record<string, number> {
    const name = `medeval-ct-bench-${dimension}`;
    const { columns } = loadTask(name);
    return Object.fromEntries(
      columns.map(({ key }, index) => [`${name}/${key}`, figures[index] ?? NaN]),
    );
  }

  it.each(tableNames())("%s has the paper's names and averages", (name) => {
    const results = new Map<string, TaskResult>();
    for (const [path, percent] of Object.entries(PAPER[name] ?? {})) {
      const [task = '', key = ''] = path.split('/');
      const title = loadTask(task).columns.find((column) => column.key === key)?.title ?? '';
      const known = results.get(task)?.columns ?? [];
      const figure = { value: percent / 100, percent, count: 1 };
      results.set(task, {
        ...{
          task,
          version: 1,
          samples: [],
          columns: [...known, { key, title, metric: 'accuracy', figure }],
        },
        report: { count: 1, scores: {}, metrics: {}, empty: 0, groups: {} },
      });
    }
    const gaps = { model: 'without results', results: new Map<string, TaskResult>() };
    const table = fillTable(loadTableLayout(name), [{ model: 'OmniCT 7B', results }, gaps]);
    expect(renderFilledTable(table)).toMatchSnapshot();
  });
});

describe('stress tests', () => {
  const questions = [0, 1, 2, 3, 4, 5].map((i) =>
    question({ id: `q${i}`, cluster: `p${i % 3}`, image: `p${i % 3}.nii`, mask: `m${i % 3}.nii` }),
  );

  it('mismatch gives every question another patient, and the mask of that image', () => {
    const mismatched = mismatchImages(questions, new Random(1));
    mismatched.forEach(({ image, mask }, index) => {
      expect(image).not.toBe(questions[index]?.image);
      expect(mask).toBe(image?.replace('p', 'm'));
    });
    expect(mismatchImages(questions, new Random(1))).toEqual(mismatched);
    expect(() => mismatchImages(questions.slice(0, 1), new Random(1))).toThrow(/two patients/);
  });

  it('rotations keep the options and come together again', () => {
    const rotated = rotateOptions([question({ id: 'a', options: ['x', 'y', 'z'], answer: 'y' })]);
    expect(rotated.map(({ options }) => options?.join(''))).toEqual(['xyz', 'yzx', 'zxy']);
    const samples = rotated.map(({ id }, index) => ({ id, isCorrect: index > 0 }));
    expect(circularScores([...samples, { id: 'b#rotation-0', isCorrect: true }])).toEqual({
      count: 2,
      mean: 0.75,
      all: 0.5,
    });
  });

  it.each([
    ['Is there a nodule?', 'Can a nodule be seen?'],
    ['Which organ is enlarged?', 'What is the name of the organ that is enlarged?'],
    ['Size?', 'Look at the image and answer. Size?'],
  ])('%s becomes: %s', (text, other) => {
    expect(paraphraseQuestions([question({ id: 'a', question: text })])[0]?.question).toBe(other);
  });

  it('a paraphrase that the record brings goes first', () => {
    const own = question({ id: 'a', paraphrases: ['Any nodule?'] });
    expect(paraphraseQuestions([own])[0]?.question).toBe('Any nodule?');
  });
});
