import { MissingDataError } from '@omnict/core';
import { basename, dirname, join } from 'node:path';
import { readRows } from '../rows/read-rows';
import { mapImaging } from '../taxonomy/imaging-rules';
import type { LocatedFile, SourceAdapter } from './source-adapter';

/** UMLS concept of X-ray computed tomography: ROCOv2 gives each image one of modality. */
const CT_CONCEPT = 'C0040405';

/** ROCOv2: captions of figures; the modality is among the concepts, else the caption's words. */
export const ROCOV2: SourceAdapter = {
  name: 'rocov2',
  title: 'ROCOv2',
  licence: 'Apache-2.0',
  origin: 'PMC-OA',
  files: [
    { glob: 'train_captions.csv', split: 'train' },
    { glob: '{valid,validation}_captions.csv', split: 'validation' },
    { glob: 'test_captions.csv', split: 'test' },
    { glob: '{,data/}{train,validation,test}-*.parquet', split: 'by-name' },
  ],
  expected: [{ taskType: 'description', train: 18663 }],
  prepare: (files) => ctImages(files),
  read: (row, { file, prepared }) => {
    const id = row.text('ID', 'image_id');
    const caption = row.text('Caption', 'caption');
    const concepts = row.optionalList('cui');
    const table = prepared as ReadonlyMap<string, boolean>;
    const isCt = concepts?.includes(CT_CONCEPT) ?? table.get(id);
    const told = mapImaging(caption)?.value ?? 'other';
    const folder = file.split === 'validation' ? 'valid' : file.split;
    return [
      {
        id,
        image: row.embeddedImage('image') ?? [
          `${folder}/${id}.jpg`,
          `${folder}_images/${id}.jpg`,
          `${folder}_images/${folder}/${id}.jpg`,
          `images/${id}.jpg`,
        ],
        modality: 'slice',
        imaging: isCt === undefined ? told : isCt ? 'CT' : told === 'CT' ? 'other' : told,
        question: 'Write a caption for this image.',
        answer: caption,
        taskType: 'description',
      },
    ];
  },
};

/** Which images are CT, from the concept files beside the captions. */
async function ctImages(files: readonly LocatedFile[]): Promise<ReadonlyMap<string, boolean>> {
  const table = new Map<string, boolean>();
  for (const { path } of files.filter((file) => file.path.endsWith('_captions.csv'))) {
    const concepts = join(dirname(path), basename(path).replace('_captions', '_concepts'));
    try {
      for await (const item of readRows(concepts)) {
        if (!('row' in item)) continue;
        const { ID: id, CUIs: list } = item.row.value;
        if (typeof id === 'string' && typeof list === 'string') {
          table.set(id, list.includes(CT_CONCEPT));
        }
      }
    } catch (error) {
      if (!MissingDataError.isInstance(error)) throw error; // without concepts, captions decide
    }
  }
  return table;
}
