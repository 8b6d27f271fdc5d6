import { createHash } from 'node:crypto';
import { RowError } from '../problem';
import type { ClinicalCategory, ImagingModality, Split } from '@omnict/core';
import { readRows } from '../rows/read-rows';
import { mapImaging } from '../taxonomy/imaging-rules';
import type { RuleDecision } from '../taxonomy/rule-decision';
import { RowFields } from './row-fields';
import type { LocatedFile, SourceAdapter } from './source-adapter';

const REGIONS = ['CHEST', 'ABD', 'HEAD'] as const;

/** Question types, some misspelt in the published files, to what they ask for. */
const CATEGORIES: Readonly<Record<string, ClinicalCategory>> = {
  MODALITY: 'GIR',
  PLANE: 'GIR',
  ORGAN: 'GIR',
  PRES: 'MAI',
  PRSE: 'MAI',
  ABN: 'MAI',
  POS: 'AII',
  SIZE: 'AII',
  COLOR: 'AII',
  COUNT: 'AII',
  ATTRIB: 'AII',
  ATRIB: 'AII',
};

/**
 * VQA-RAD: clinicians' questions about MedPix teaching images, as MEVF's JSON, the original JSON or
 * Parquet. No row tells the modality: an image is CT when a question about modality is answered so
 * and none otherwise, else when it shows the abdomen; its makers chose abdominal CT, chest X-rays
 * and head CT or MRI.
 */
export const VQA_RAD: SourceAdapter = {
  name: 'vqa-rad',
  title: 'VQA-RAD',
  licence: 'CC0',
  origin: 'MedPix',
  files: [
    { glob: 'trainset.json', split: 'train' },
    { glob: 'testset.json', split: 'test' },
    { glob: 'VQA_RAD Dataset Public.json', split: 'train' },
    { glob: '{,data/}train*.parquet', split: 'train' },
    { glob: '{,data/}test*.parquet', split: 'test' },
  ],
  expected: [
    { taskType: 'short-answer', train: 1040, test: 61 },
    { taskType: 'judgment', train: 1248, test: 96 },
  ],
  prepare: imagingOfImages,
  read: (row, { file, number, prepared }) => {
    const region = row.optionalText('image_organ');
    if (region !== undefined && !(REGIONS as readonly string[]).includes(region)) {
      throw new RowError(
        'unknown-organ',
        `image_organ '${region}' is unknown; expected one of ${REGIONS.join(', ')}; correct the row`,
      );
    }
    const key = imageKey(row);
    const type = row.optionalText('question_type')?.split(',')[0]?.trim().toUpperCase();
    const category = type === undefined ? undefined : CATEGORIES[type];
    const split = splitOf(row, file);
    return [
      {
        id: `${split}-${row.optionalText('qid') ?? number}`,
        image: row.embeddedImage('image') ?? [`images/${key}`, `VQA_RAD Image Folder/${key}`, key],
        modality: 'slice',
        imaging: imagingOf(key, region, prepared as ImagingTable),
        question: row.text('question'),
        answer: row.text('answer'),
        patient: `vqa-rad/${key}`,
        split,
        ...(type === undefined ? {} : { capability: type.toLowerCase() }),
        ...(category === undefined ? {} : { category }),
      },
    ];
  },
};

/** The original file marks test questions in `phrase_type`. */
function splitOf(row: RowFields, file: LocatedFile): Split {
  return row.optionalText('phrase_type')?.startsWith('test') === true ? 'test' : file.split;
}

function imageKey(row: RowFields): string {
  const embedded = row.embeddedImage('image');
  return (
    row.optionalText('image_name') ??
    (embedded === undefined
      ? row.text('image_name')
      : createHash('sha256').update(embedded.bytes).digest('hex').slice(0, 20))
  );
}

type ImagingTable = ReadonlyMap<string, ReadonlySet<ImagingModality>>;

function imagingOf(key: string, region: string | undefined, table: ImagingTable): ImagingModality {
  const told = table.get(key);
  if (told?.size === 1) return [...told][0] as ImagingModality;
  if (told === undefined && region === 'ABD') return 'CT';
  return region === 'CHEST' ? 'X-ray' : 'other';
}

/** What one row about modality says: its answer, or its question when the answer is yes. */
function toldImaging(row: Readonly<Record<string, unknown>>): RuleDecision<ImagingModality> | null {
  const { question, answer, question_type: type } = row;
  if (typeof question !== 'string' || typeof answer !== 'string') return null;
  const asks =
    typeof type === 'string'
      ? type.includes('MODALITY')
      : /modality|type of (?:image|imaging|scan)/i.test(question);
  if (!asks) return null;
  return /^yes\b/i.test(answer.trim()) ? mapImaging(question) : mapImaging(answer);
}

/** What rows about modality say of each image. */
async function imagingOfImages(files: readonly LocatedFile[]): Promise<ImagingTable> {
  const table = new Map<string, Set<ImagingModality>>();
  for (const { path } of files) {
    for await (const item of readRows(path)) {
      if (!('row' in item)) continue; // reported when the row's turn comes
      const told = toldImaging(item.row.value);
      if (told === null) continue;
      const key = imageKey(new RowFields(item.row));
      table.set(key, (table.get(key) ?? new Set()).add(told.value));
    }
  }
  return table;
}
