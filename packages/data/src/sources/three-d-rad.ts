import type { ClinicalCategory } from '@omnict/core';
import { firstMatch } from '../taxonomy/rule-decision';
import { ctRateVolume } from './ct-rate-names';
import { answeredOption, presentOptions } from './listed-options';
import type { SourceAdapter } from './source-adapter';

/** Tasks by their folder's name: numbers 1 and 2 are swapped between folders and description. */
const CATEGORIES: readonly (readonly [ClinicalCategory, RegExp])[] = [
  ['CRD', /temporal|longitudinal/i],
  ['AII', /comput|measure/i],
  ['MAI', /anomaly|existence/i],
  ['AII', /observation/i],
];

/** 3D-RAD: open and closed questions on CT-RATE's volumes, in six tasks of many files. */
export const THREE_D_RAD: SourceAdapter = {
  name: '3d-rad',
  title: '3D-RAD',
  licence: 'CC-BY-NC-SA-4.0',
  origin: 'Istanbul Medipol University Mega Hospital',
  files: [
    { glob: '{,3DRAD/}train/Task*/*.csv', split: 'train' },
    { glob: '{,3DRAD/}test/Task*/*.csv', split: 'test' },
  ],
  expected: [
    { taskType: 'short-answer', train: 9709, test: 4692 },
    { taskType: 'judgment', train: 100170, test: 23472 },
    { taskType: 'multi-choice', train: 26316, test: 5746 },
  ],
  read: (row, { file, number }) => {
    const task = row.text('Task');
    const subtask = row.optionalText('Subtask');
    const [folder = '', name = ''] = file.path.split(/[\\/]/).slice(-2);
    const slots = ['A', 'B', 'C', 'D']
      .map((letter) => row.optionalText(`Choice ${letter}`))
      .map((choice) => (choice === '-' ? undefined : choice));
    const category = firstMatch(`${folder} ${task}`, CATEGORIES)?.value;
    const shared = {
      id: `${file.split}-${folder}-${name.replace(/\.csv$/, '')}-${number}`,
      ...ctRateVolume(row.text('VolumeName')),
      modality: 'volume',
      imaging: 'CT',
      question: row.text('Question'),
      ...(subtask === undefined ? {} : { organHint: subtask }),
      capability: subtask === undefined ? task : `${task}/${subtask}`,
      ...(category === undefined ? {} : { category }),
    } as const;
    const answer = row.text('Answer');
    if (row.text('QuestionType').toLowerCase() === 'open') {
      return [{ ...shared, answer, taskType: 'short-answer' }];
    }
    const letter = row.optionalText('AnswerChoice');
    const chosen = answeredOption({ text: answer, letter }, slots);
    const options = presentOptions(slots);
    if (options.every((option) => /^(?:yes|no)$/i.test(option))) {
      return [{ ...shared, answer: chosen, taskType: 'judgment' }];
    }
    return [{ ...shared, answer: chosen, options, taskType: 'multi-choice' }];
  },
};
