import type { ClinicalCategory } from '@omnict/core';
import { answeredOption, presentOptions } from './listed-options';
import { M3D_VALUES, m3dKeys, m3dPaths } from './m3d-paths';
import type { RecordDraft, SourceAdapter } from './source-adapter';

/** The published question types, by number. */
const QUESTION_TYPES: Readonly<Record<string, { capability: string; category: ClinicalCategory }>> =
  {
    1: { capability: 'plane', category: 'GIR' },
    2: { capability: 'phase', category: 'GIR' },
    3: { capability: 'organ', category: 'GIR' },
    4: { capability: 'abnormality', category: 'MAI' },
    5: { capability: 'location', category: 'AII' },
  };

/** M3D-VQA: each question once with its choices and once open, as Table 7 counts them. */
export const M3D_VQA: SourceAdapter = {
  name: 'm3d-vqa',
  title: 'M3D-VQA',
  licence: 'Apache-2.0 (images: Radiopaedia, non-commercial)',
  origin: 'Radiopaedia',
  files: [
    { glob: '{,M3D-VQA/}M3D_VQA_train.csv', split: 'train' },
    { glob: '{,M3D-VQA/}M3D_VQA_yn_train.csv', split: 'train' },
    { glob: '{,M3D-VQA/}M3D_VQA_val.csv', split: 'validation' },
    { glob: '{,M3D-VQA/}M3D_VQA_test5k.csv', split: 'test' },
    { glob: '{,M3D-VQA/}M3D_VQA_test.csv', split: 'test', onlyByName: true }, // test5k is the paper's
  ],
  expected: [
    { taskType: 'multi-choice', train: 240929, test: 5000 },
    { taskType: 'short-answer', train: 240929, test: 5000 },
  ],
  read: (row, { file, number }) => {
    const image = row.text('Image Path');
    const answer = row.text('Answer');
    const slots = ['A', 'B', 'C', 'D']
      .map((letter) => row.optionalText(`Choice ${letter}`))
      .map((choice) => (choice === 'NA' ? undefined : choice));
    const options = presentOptions(slots);
    const kind = file.path.includes('_yn_') ? 'yn' : 'q';
    const shared = {
      image: m3dPaths(image),
      modality: 'volume',
      values: M3D_VALUES,
      imaging: 'CT',
      question: row.text('Question'),
      ...m3dKeys(image),
      ...QUESTION_TYPES[row.text('Question Type')],
    } as const;
    const open: RecordDraft = { ...shared, id: `${file.split}-${kind}${number}-open`, answer };
    if (/^(?:yes|no)\W*$/i.test(answer)) return [{ ...open, taskType: 'judgment' }];
    if (options.length < 2) return [{ ...open, taskType: 'short-answer' }];
    return [
      {
        ...shared,
        id: `${file.split}-${kind}${number}-choice`,
        answer: answeredOption({ text: answer, letter: row.optionalText('Answer Choice') }, slots),
        options,
        taskType: 'multi-choice',
      },
      { ...open, taskType: 'short-answer' },
    ];
  },
};
