import type { PaperTable } from './paper-table';

const SIGLIP = 'google/siglip-so400m-patch14-384';
const M3D_CLIP = 'GoodBaiBai88/M3D-CLIP';

/** Table 10 of the paper: two towers with a projection each, and one tower with the hybrid projection. */
export const TABLE_10: PaperTable = {
  title: 'OmniCT, Table 10 (two towers, one tower)',
  columns: ['2D', '3D', 'Avg.'],
  rows: [
    {
      when: { 'model.volumeEncoder': M3D_CLIP, 'model.projection': 'separate' },
      values: { '2D': 34.57, '3D': 30.58, 'Avg.': 32.58 },
    },
    {
      when: { 'model.volumeEncoder': SIGLIP, 'model.projection': 'moe-hybrid' },
      values: { '2D': 55.3, '3D': 48.61, 'Avg.': 51.96 },
    },
  ],
};
