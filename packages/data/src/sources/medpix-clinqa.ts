import { mapImaging } from '../taxonomy/imaging-rules';
import type { SourceAdapter } from './source-adapter';

/**
 * MEDPIX-ClinQA: questions on teaching cases, with the image in the row. What `mode` may hold is
 * not documented: it is read as a modality where it names one, else question and answer decide.
 */
export const MEDPIX_CLINQA: SourceAdapter = {
  name: 'medpix-clinqa',
  title: 'MEDPIX-ClinQA',
  licence: 'Apache-2.0',
  origin: 'MedPix 2.0',
  files: [
    { glob: '{,data/}train-*.parquet', split: 'train' },
    { glob: '{alignment,from_captions}.csv', split: 'train', onlyByName: true },
  ],
  expected: [
    { taskType: 'description', train: 3895 },
    { taskType: 'dialogue', train: 3895 },
  ],
  read: (row, { number, file }) => {
    const [question, answer] = [row.text('question'), row.text('answer')];
    const mode = row.optionalText('mode') ?? '';
    const image = row.embeddedImage('image_id') ?? row.embeddedImage('image');
    const name = image === undefined ? row.text('image_id') : '';
    const part = file.path.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '');
    return [
      {
        id: `${part}-${number}`,
        image: image ?? [name, `images/${name}.png`, `images/${name}.jpg`, `images/${name}`],
        modality: 'slice',
        imaging: (mapImaging(mode) ?? mapImaging(`${question} ${answer}`))?.value ?? 'other',
        question,
        answer,
        patient: `medpix/${row.text('case_id')}`,
      },
    ];
  },
};
