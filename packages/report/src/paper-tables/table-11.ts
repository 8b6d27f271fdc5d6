import type { PaperTable } from './paper-table';

const row = (strategy: string, [slices, volumes, average]: readonly [number, number, number]) => ({
  when: { 'model.ose.strategy': strategy },
  values: { '2D': slices, '3D': volumes, 'Avg.': average },
});

/** Table 11 of the paper: which tokens stand for the organ asked about. */
export const TABLE_11: PaperTable = {
  title: 'OmniCT, Table 11 (ROI strategies)',
  columns: ['2D', '3D', 'Avg.'],
  rows: [
    row('none', [78.68, 62.17, 70.43]),
    row('native', [78.37, 62.24, 70.31]),
    row('random', [80.13, 64.22, 72.18]),
    row('adaptive', [81.45, 66.15, 73.8]),
  ],
};
