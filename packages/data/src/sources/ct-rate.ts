import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TaskType } from '@omnict/core';
import { ctRateVolume } from './ct-rate-names';
import { answeredOption, partOptions } from './listed-options';
import type { RowFields, Turn } from './row-fields';
import type { LocatedFile, RecordDraft, RowResult, SourceAdapter } from './source-adapter';

const REPORT_PARTS = [
  ['findings', 'Findings_EN', 'Write the findings section of a report on this chest CT.'],
  ['impression', 'Impressions_EN', 'Write the impression section of a report on this chest CT.'],
] as const;

/** Turn types of the published questions; what is not listed is a short answer. */
const TASK_TYPES: Readonly<Record<string, TaskType>> = {
  free_response: 'free-form-qa',
  conversation: 'free-form-qa',
  long_answer: 'free-form-qa',
  description: 'description',
  multiple_choice: 'multi-choice',
  report_generation: 'report-generation',
};

/** Marks that CT-CHAT puts behind a question, one of them misspelt. */
const MARKS = /<(?:long_answer|short_answer?|multiple_choice|report_generation)>/g;

/**
 * CT-RATE: chest CT volumes with reports and questions. A report's findings and its impression are
 * two records: Table 7 counts 6,076 for the 3,038 chest volumes of validation.
 */
export const CT_RATE: SourceAdapter = {
  name: 'ct-rate',
  title: 'CT-RATE',
  licence: 'CC-BY-NC-SA-4.0',
  origin: 'Istanbul Medipol University Mega Hospital',
  files: [
    ...reportFiles('train_reports.csv', 'train'),
    ...reportFiles('validation_reports.csv', 'test'),
    { glob: '{,dataset/}vqa/train_vqa.json', split: 'train', part: 'vqa' },
    { glob: '{,dataset/}vqa/valid_vqa.json', split: 'test', part: 'vqa' },
  ],
  expected: [
    { taskType: 'report-generation', train: 93822, test: 6076 },
    { taskType: 'free-form-qa', train: 693760, test: 24149 },
  ],
  prepare: volumesWithoutChest,
  read: (row, { file, prepared, number }) => {
    const name = row.text('VolumeName', 'image').replace(/^.*\//, '');
    const volume = ctRateVolume(name);
    const key = name.replace(/\.nii\.gz$/, '');
    if ((prepared as ReadonlySet<string>).has(key)) return { skip: 'no chest' };
    const shared = { ...volume, modality: 'volume', imaging: 'CT' } as const;
    return file.part === 'vqa'
      ? questionDrafts(row, `vqa-${file.split}-${number}`, shared)
      : reportDrafts(row, key, shared);
  },
};

function reportFiles(name: string, split: 'train' | 'test') {
  const folders = '{,dataset/}{,radiology_text_reports/}';
  return [{ glob: `${folders}${name}`, split, part: 'reports' }] as const;
}

type Shared = Pick<RecordDraft, 'image' | 'modality' | 'imaging' | 'patient' | 'scan'>;

function reportDrafts(row: RowFields, key: string, shared: Shared): RowResult {
  const drafts = REPORT_PARTS.flatMap(([capability, column, question]): RecordDraft[] => {
    const answer = row.optionalText(column);
    if (answer === undefined || /^not given\.?$/i.test(answer)) return [];
    const id = `report-${key}-${capability}`;
    const rest = { question, answer, capability, taskType: 'report-generation' } as const;
    return [{ ...shared, id, ...rest }];
  });
  return drafts.length === 0 ? { skip: 'no report' } : drafts;
}

function questionDrafts(row: RowFields, id: string, shared: Shared): RowResult {
  const turns = row.conversation('conversations');
  return Array.from({ length: turns.length / 2 }, (_, i): RecordDraft => {
    const [human, gpt] = [turns[2 * i] as Turn, turns[2 * i + 1] as Turn];
    const text = human.value.replace(MARKS, '').trim();
    const type = human.type ?? 'short_answer';
    const taskType = TASK_TYPES[type] ?? 'short-answer';
    const draft = { ...shared, id: `${id}-${i + 1}`, capability: type };
    const parted = taskType === 'multi-choice' ? partOptions(text) : null;
    if (parted !== null) {
      return { ...draft, ...parted, answer: answeredOption(gpt.value, parted.options), taskType };
    }
    // Choices that cannot be told apart stay in the question's text.
    const kind = taskType === 'multi-choice' ? 'short-answer' : taskType;
    return { ...draft, question: text, answer: gpt.value, taskType: kind };
  });
}

/** Volumes listed as showing no chest, where the lists lie beside the rows. */
async function volumesWithoutChest(
  files: readonly LocatedFile[],
  root: string,
): Promise<ReadonlySet<string>> {
  const folders = new Set([root, join(root, 'dataset'), ...files.map(({ path }) => dirname(path))]);
  for (const { path } of files) folders.add(dirname(dirname(path)));
  const names = new Set<string>();
  for (const folder of folders) {
    for (const list of ['no_chest_train.txt', 'no_chest_valid.txt']) {
      const text = await readFile(join(folder, list), 'utf8').catch(() => '');
      for (const line of text.split(/\r?\n/)) {
        const name = line
          .trim()
          .replace(/^.*\//, '')
          .replace(/\.nii\.gz$/, '');
        if (name !== '') names.add(name);
      }
    }
  }
  return names;
}
