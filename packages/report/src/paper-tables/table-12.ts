import type { PaperTable } from './paper-table';

const row = (tokens2d: number, tokens3d: number, figures: readonly [number, number, number]) => ({
  when: { 'model.ose.tokens2d': tokens2d, 'model.ose.tokens3d': tokens3d },
  values: { '2D': figures[0], '3D': figures[1], 'Avg.': figures[2] },
});

/** Table 12 of the paper: how many organ tokens. */
export const TABLE_12: PaperTable = {
  title: 'OmniCT, Table 12 (organ tokens)',
  columns: ['2D', '3D', 'Avg.'],
  rows: [
    {
      when: { 'model.ose.strategy': 'none' },
      values: { '2D': 78.68, '3D': 62.17, 'Avg.': 70.43 },
    },
    row(36, 40, [80.66, 63.81, 72.24]),
    row(81, 90, [81.45, 66.15, 73.8]),
    row(144, 160, [81.23, 66.04, 73.64]),
    row(225, 250, [80.64, 65.48, 73.06]),
  ],
};
