import { RowError } from '../problem';
import type { ClinicalCategory } from '@omnict/core';
import { mapImaging } from '../taxonomy/imaging-rules';
import type { SourceAdapter } from './source-adapter';

/** What is imaged, and words that the organ rules read; blank: the question must tell. */
const LOCATIONS: Readonly<Record<string, string>> = {
  lung: 'lung',
  chest_lung: 'lung',
  chest_heart: 'heart',
  chest_mediastinal: '',
  chest: '',
  abdomen: '',
  neck: '',
  'pelvic cavity': '',
  brain: '',
  brain_face: '',
  brain_tissue: '',
};

const CATEGORIES: Readonly<Record<string, ClinicalCategory>> = {
  modality: 'GIR',
  plane: 'GIR',
  organ: 'GIR',
  abnormality: 'MAI',
  position: 'AII',
  size: 'AII',
  quantity: 'AII',
  color: 'AII',
  shape: 'AII',
  kg: 'CRD',
};

/** SLAKE: questions in English and Chinese about CT, MRI and X-ray, with a knowledge graph. */
export const SLAKE: SourceAdapter = {
  name: 'slake',
  title: 'SLAKE',
  licence: 'CC-BY-4.0',
  origin: 'Medical Segmentation Decathlon, NIH ChestX-ray, CHAOS',
  files: [
    { glob: 'train.json', split: 'train' },
    { glob: '{validation,validate}.json', split: 'validation' },
    { glob: 'test.json', split: 'test' },
  ],
  expected: [
    { taskType: 'short-answer', train: 2598, test: 234 },
    { taskType: 'judgment', train: 2280, test: 194 },
  ],
  read: (row, { file, language }) => {
    if (language === 'en' && row.text('q_lang') !== 'en') return { skip: 'not English' };
    const imaging = mapImaging(row.text('modality'))?.value ?? 'other';
    const location = row.text('location');
    const organHint = LOCATIONS[location.toLowerCase()];
    if (organHint === undefined) {
      throw new RowError(
        'unknown-organ',
        `location '${location}' is unknown; expected one of ${Object.keys(LOCATIONS).join(', ')}; correct the row`,
      );
    }
    const image = row.text('img_name');
    const content = row.text('content_type');
    const isKnowledge = row.optionalText('base_type') === 'kvqa';
    const category = isKnowledge ? 'CRD' : CATEGORIES[content.toLowerCase()];
    return [
      {
        id: `${file.split}-${row.text('qid')}`,
        image: [`imgs/${image}`, image],
        modality: 'slice',
        imaging,
        question: row.text('question'),
        answer: row.text('answer'),
        organHint,
        capability: content.toLowerCase(),
        patient: `slake/${image.split('/')[0] ?? image}`,
        ...(category === undefined ? {} : { category }),
      },
    ];
  },
};
