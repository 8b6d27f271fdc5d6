import { mapImaging } from '../taxonomy/imaging-rules';
import type { ClinicalCategory } from '@omnict/core';
import { answeredOption, presentOptions } from './listed-options';
import type { SourceAdapter } from './source-adapter';

const CATEGORIES: Readonly<Record<string, ClinicalCategory>> = {
  'modality recognition': 'GIR',
  'anatomy identification': 'GIR',
  'disease diagnosis': 'CRD',
  'lesion grading': 'CRD',
  'other biological attributes': 'AII',
};

/**
 * OmniMedVQA: multiple choice over many data sets. One entry of `Chest CT Scan.json` says `modality`
 * for `modality_type`. It has no training part; the paper divides its CT questions 90 to 10, which
 * `omnict data split` does.
 */
export const OMNI_MED_VQA: SourceAdapter = {
  name: 'omnimedvqa',
  title: 'OmniMedVQA',
  licence: 'CC BY and Apache-2.0',
  origin: 'part of 73 data sets',
  files: [
    { glob: '{,OmniMedVQA/}QA_information/{Open-access,Restricted-access}/*.json', split: 'test' },
  ],
  expected: [{ taskType: 'multi-choice', train: 14230, test: 1579 }],
  read: (row) => {
    const options = ['A', 'B', 'C', 'D'].map((letter) => row.optionalText(`option_${letter}`));
    const image = row.text('image_path');
    const type = row.text('question_type');
    const dataset = row.text('dataset');
    const category = CATEGORIES[type.toLowerCase()];
    return [
      {
        id: `${dataset}-${row.text('question_id')}`,
        image: [image, `OmniMedVQA/${image}`],
        modality: 'slice',
        imaging: mapImaging(row.text('modality_type', 'modality'))?.value ?? 'other',
        question: row.text('question'),
        answer: answeredOption(row.text('gt_answer'), options),
        options: presentOptions(options),
        taskType: 'multi-choice',
        organHint: dataset.replace(/\bchest\b/i, 'lung'),
        capability: type.toLowerCase(),
        ...(category === undefined ? {} : { category }),
      },
    ];
  },
};
