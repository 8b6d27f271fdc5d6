import { mapImaging } from '../taxonomy/imaging-rules';
import type { ImagingModality } from '@omnict/core';
import { dialogueDraft } from './dialogue';
import type { RowFields } from './row-fields';
import type { SourceAdapter } from './source-adapter';

/** Flags of the `domain` field. */
const DOMAINS: Readonly<Record<string, ImagingModality>> = {
  ct_scan: 'CT',
  mri: 'MRI',
  chest_xray: 'X-ray',
  histology: 'other',
  gross: 'other',
};

/** LLaVA-Med: dialogues on figures. Some files spell the key `conversatons`. */
export const LLAVA_MED: SourceAdapter = {
  name: 'llava-med',
  title: 'LLaVA-Med',
  licence: 'Apache-2.0',
  origin: 'PMC-15M',
  files: [
    { glob: '{,data/}{,instruct/}llava_med_instruct_60k.json', split: 'train' },
    // Smaller or larger wordings of the same conversations: only when asked for.
    {
      glob: '{,data/}{,instruct/}llava_med_instruct_{10k,60k_inline_mention}.json',
      split: 'train',
      onlyByName: true,
    },
    {
      glob: '{,data/}{,alignment/}llava_med_alignment_500k.json',
      split: 'train',
      part: 'alignment',
      onlyByName: true,
    },
  ],
  expected: [{ taskType: 'dialogue', train: 10622 }],
  read: (row, { file }) => {
    const image = row.text('image');
    const turns = row.conversation('conversations', 'conversatons');
    return [
      {
        id: `${file.part ?? 'instruct'}-${row.text('id')}`,
        image: [`images/${image}`, image],
        modality: 'slice',
        imaging: imagingOf(row, turns.map(({ value }) => value).join(' ')),
        ...dialogueDraft(turns),
        taskType: file.part === 'alignment' ? 'description' : 'dialogue',
      },
    ];
  },
};

/** A single flag decides; without flags, the words of the conversation. */
function imagingOf(row: RowFields, text: string): ImagingModality {
  const domain = row.optionalObject('domain');
  if (domain === undefined) return mapImaging(text)?.value ?? 'other';
  const set = Object.keys(DOMAINS).filter((flag) => domain[flag] === true);
  return set.length === 1 ? (DOMAINS[set[0] as string] as ImagingModality) : 'other';
}
