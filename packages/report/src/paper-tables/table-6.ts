import type { PaperTable } from './paper-table';

const COLUMNS = [
  'SLAKE',
  'VQA-RAD',
  'OmniMedVQA',
  'RadFig-VQA',
  'M3D',
  'CT-RATE',
  '3D-RAD',
  'MedEval-CT-Bench',
] as const;

const row = (llm: string, figures: readonly number[]) => ({
  when: { 'model.llm': llm },
  values: Object.fromEntries(COLUMNS.map((column, i) => [column, figures[i] as number])),
});

/** Table 6 of the paper: language models. */
export const TABLE_6: PaperTable = {
  title: 'OmniCT, Table 6 (language models)',
  columns: COLUMNS,
  rows: [
    row('Qwen/Qwen2.5-3B-Instruct', [81.6, 50.4, 97.4, 80.2, 57.1, 67.5, 64.9, 75.9]),
    row('microsoft/Phi-4-mini-instruct', [81.1, 55.3, 96.9, 84.4, 56.4, 67.4, 66.9, 76.2]),
  ],
};
