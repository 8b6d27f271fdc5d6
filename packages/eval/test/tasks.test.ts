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
  questionsOfCondition,
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
      'slake/close': 85.05,
      'slake/open': 87.2,
      'vqa-rad/close': 76.04,
      'vqa-rad/open': 36.32,
      'omnimedvqa/task1': 97.97,
      'omnimedvqa/task2': 98.7,
      'radfig-vqa/easy': 82.3,
      'radfig-vqa/medium': 85.82,
      'radfig-vqa/hard': 83.62,
    },
    'table-3': {
      'm3d/cap': 26.61,
      'm3d/close': 83.84,
      'm3d/open': 63.88,
      'ct-rate/multi-choice': 89.8,
      'ct-rate/clinical-entity': 63.99,
      'ct-rate/report': 52.48,
      '3d-rad/io': 53.68,
      '3d-rad/ad': 51.97,
      '3d-rad/ed': 87.77,
      '3d-rad/std': 67.91,
      '3d-rad/ltd': 85.69,
    },
    'table-8': bench(
      '2d',
      [
        74.68, 80.39, 82.31, 68.33, 82.1, 78.79, 75, 83.47, 80, 73.08, 80.71, 83.05, 86.47, 70.7,
        88.95, 86.83, 81.78,
      ],
    ),
    'table-9': bench(
      '3d',
      [
        67.22, 86.91, 80.2, 71.25, 78.2, 75, 64.02, 80, 63.83, 89.39, 84.46, 83.91, 81.45, 77.82,
        86.06, 77.18, 72.78,
      ],
    ),
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
        task,
        version: 1,
        samples: [],
        columns: [...known, { key, title, metric: 'accuracy', figure }],
        report: { count: 1, scores: {}, metrics: {}, empty: 0, groups: {} },
      });
    }
    const gaps = { model: 'without results', results: new Map<string, TaskResult>() };
    const table = fillTable(loadTableLayout(name), [{ model: 'OmniCT 7B', results }, gaps]);
    expect(renderFilledTable(table)).toMatchSnapshot();
  });
});

describe('averages of the paper', () => {
  const PRINTED: Readonly<Record<string, readonly (readonly number[])[]>> = {
    // Each row: a model's figures, its printed average last. Models with gaps have none.
    'table-2': [
      [74.74, 56.33, 71.88, 33.45, 57.36, 54.2, 70.81, 71.22, 72.9, 62.54],
      [72.68, 44.19, 72.92, 35.68, 71.07, 83.07, 76.56, 73.76, 71.74, 66.85],
      [68.04, 53.95, 56.25, 33.55, 61.42, 67.0, 64.59, 65.4, 64.2, 59.38],
      [80.93, 74.23, 75.0, 34.62, 68.02, 69.97, 77.51, 78.48, 75.22, 70.44],
      [73.2, 60.88, 69.79, 34.79, 63.96, 71.78, 68.42, 70.46, 68.55, 64.65],
      [69.59, 47.86, 69.59, 35.54, 62.94, 65.92, 65.07, 69.45, 67.1, 61.45],
      [78.35, 45.86, 70.83, 41.05, 67.0, 69.1, 80.86, 78.9, 81.74, 68.19],
      [51.03, 43.88, 53.12, 20.29, 30.97, 28.29, 23.92, 19.75, 17.83, 32.12],
      [77.84, 85.32, 70.83, 30.01, 97.46, 97.25, 79.43, 82.03, 79.13, 77.71],
      [85.05, 87.2, 76.04, 36.32, 97.97, 98.7, 82.3, 85.82, 83.62, 81.45],
    ],
    'table-3': [
      [24.79, 75.78, 56.09, 47.44, 18.15, 16.18, 16.85, 16.71, 18.0, 25.47, 24.17, 30.88],
      [46.3, 75.08, 53.83, 59.29, 13.66, 13.46, 17.6, 17.49, 40.25, 25.4, 24.31, 35.15],
      [21.21, 35.88, 21.81, 86.46, 49.95, 46.76, 31.56, 29.98, 45.33, 12.95, 13.68, 35.97],
      [26.61, 83.84, 63.88, 89.8, 63.99, 52.48, 53.68, 51.97, 87.77, 67.91, 85.69, 66.15],
    ],
    'table-8': [
      [
        72.5, 69.76, 76.95, 57.38, 72.48, 72.0, 64.91, 67.84, 58.33, 59.26, 65.88, 73.33, 72.25,
        67.75, 67.03, 75.62, 69.14, 68.38,
      ],
      [
        70.0, 77.07, 86.44, 68.85, 80.62, 84.0, 71.93, 69.46, 58.33, 59.26, 76.47, 81.67, 85.25,
        75.41, 87.91, 76.76, 78.33, 75.75,
      ],
      [
        74.68, 80.39, 82.31, 68.33, 82.1, 78.79, 75, 83.47, 80, 73.08, 80.71, 83.05, 86.47, 70.7,
        88.95, 86.83, 81.78, 79.8,
      ],
    ],
    'table-9': [
      [
        52.07, 54.45, 55.14, 51.88, 47.87, 41.38, 36.92, 47.32, 44.68, 61.41, 50.88, 45.98, 51.63,
        45.83, 61.89, 46.4, 49.47, 49.72,
      ],
      [
        62.26, 63.87, 67.42, 74.06, 80.2, 70.69, 71.5, 77.75, 76.6, 82.96, 71.68, 72.41, 68.42,
        80.88, 70.08, 73.28, 64.45, 72.27,
      ],
      [
        67.22, 86.91, 80.2, 71.25, 78.2, 75, 64.02, 80, 63.83, 89.39, 84.46, 83.91, 81.45, 77.82,
        86.06, 77.18, 72.78, 77.63,
      ],
    ],
  };

  /** A model with these figures in a layout's columns, in their order. */
  function modelOf(name: string, figures: readonly (number | undefined)[]) {
    const results = new Map<string, TaskResult>();
    let next = 0;
    for (const { task, columns } of loadTableLayout(name).groups) {
      const filled = columns.map((key) => {
        const percent = figures[next++];
        const figure = percent === undefined ? null : { value: percent / 100, percent, count: 1 };
        return { key, title: key, metric: 'accuracy', figure };
      });
      const report = { count: 1, scores: {}, metrics: {}, empty: 0, groups: {} };
      results.set(task, { task, version: 1, samples: [], columns: filled, report });
    }
    return { columns: next, filled: fillTable(loadTableLayout(name), [{ model: 'm', results }]) };
  }

  it.each(Object.keys(PRINTED))('%s: the mean of all its columns is the printed one', (name) => {
    for (const row of PRINTED[name] ?? []) {
      const printed = row.at(-1) as number;
      const { columns, filled } = modelOf(name, row.slice(0, -1));
      expect(columns).toBe(row.length - 1);
      // Of rounded figures, so within a rounding of the last place.
      expect(Math.abs((filled.rows[0]?.average ?? NaN) - printed)).toBeLessThan(0.0101);
      const gap = modelOf(name, [undefined, ...row.slice(1, -1)]);
      expect(gap.filled.rows[0]?.average).toBeNull();
    }
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

  it('noise comes without the mask of the image whose place it takes', () => {
    for (const { image, mask } of questionsOfCondition(questions, 'noise', 1)) {
      expect([image, mask]).toEqual([expect.any(String), undefined]);
    }
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
