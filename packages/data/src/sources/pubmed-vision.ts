import { RowError } from '../problem';
import { mapImaging } from '../taxonomy/imaging-rules';
import { dialogueDraft } from './dialogue';
import type { SourceAdapter } from './source-adapter';

/** PubMedVision: captions and dialogues on figures; rows of several images are left out. */
export const PUBMED_VISION: SourceAdapter = {
  name: 'pubmed-vision',
  title: 'PubMedVision',
  licence: 'Apache-2.0',
  origin: 'PMC-OA',
  files: [
    { glob: 'PubMedVision_Alignment_VQA.json', split: 'train', part: 'alignment' },
    { glob: 'PubMedVision_InstructionTuning_VQA.json', split: 'train', part: 'instruction' },
  ],
  expected: [
    { taskType: 'description', train: 113142 },
    { taskType: 'dialogue', train: 112649 },
  ],
  read: (row, { file }) => {
    const paths = row.textOrList('image');
    const [image] = paths;
    if (typeof image !== 'string') {
      throw new RowError('wrong-type', 'image: expected paths; got none; correct the row');
    }
    if (paths.length > 1) return { skip: 'several images' };
    const organHint = row.optionalText('body_part');
    return [
      {
        id: row.text('id'),
        image: [image, image.replace(/^images\//, '')],
        modality: 'slice',
        imaging: mapImaging(row.text('modality'))?.value ?? 'other',
        ...dialogueDraft(row.conversation('conversations')),
        taskType: file.part === 'alignment' ? 'description' : 'dialogue',
        ...(organHint === undefined ? {} : { organHint }),
      },
    ];
  },
};
