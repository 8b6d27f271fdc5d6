import type { PaperTable } from './paper-table';

const SLICES = ['SLAKE', 'VQA-RAD', 'RadFig-VQA'] as const;
const VOLUMES = ['M3D-VQA', 'CT-RATE', '3D-RAD'] as const;
const COLUMNS = [...SLICES, ...VOLUMES];

/** Shares of slices and volumes trained on, and the figures of the columns named. */
const row = (
  [slices, volumes]: readonly [number, number],
  columns: readonly string[],
  figures: readonly number[],
) => ({
  when: {
    'train.finetune.sampling.slices': slices,
    'train.finetune.sampling.volumes': volumes,
  },
  values: Object.fromEntries(columns.map((column, i) => [column, figures[i] as number])),
});

/** Table 15 of the paper: slices alone, volumes alone and both. */
export const TABLE_15: PaperTable = {
  title: 'OmniCT, Table 15 (slices, volumes, both)',
  columns: COLUMNS,
  rows: [
    row([0.25, 0], SLICES, [70.6, 62.5, 77.2]),
    row([0, 0.25], VOLUMES, [65.8, 84.5, 65.4]),
    row([0.25, 0.25], COLUMNS, [72.2, 62.5, 78.2, 69.9, 84.9, 66.9]),
    row([0.5, 0], SLICES, [75.8, 66.7, 79.4]),
    row([0, 0.5], VOLUMES, [72.7, 86.2, 67.2]),
    row([0.5, 0.5], COLUMNS, [77.3, 70.8, 79.8, 73.6, 87.1, 68.1]),
    row([1, 0], SLICES, [81.0, 72.3, 78.2]),
    row([0, 1], VOLUMES, [74.4, 86.6, 68.6]),
    row([1, 1], COLUMNS, [81.2, 71.8, 81.9, 74.7, 86.6, 69.3]),
  ],
};
