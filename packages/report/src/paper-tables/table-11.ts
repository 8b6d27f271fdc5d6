import type { PaperTable } from './paper-table';

const row = (strategy: string, slices: number, volumes: number) => ({
  when: { 'model.ose.strategy': strategy },
  values: { '2D': slices, '3D': volumes },
});

/** Table 11 of the paper: which tokens stand for the organ asked about. */
export const TABLE_11: PaperTable = {
  title: 'OmniCT, Table 11 (ROI strategies)',
  columns: ['2D', '3D'],
  rows: [
    row('none', 78.68, 62.17),
    row('native', 78.37, 62.24),
    row('random', 80.13, 64.22),
    row('adaptive', 81.45, 66.15),
  ],
};
