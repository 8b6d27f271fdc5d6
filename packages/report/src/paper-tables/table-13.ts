import type { PaperTable } from './paper-table';

const COLUMNS = ['Plane', 'Phase', 'Organ', 'Abnormality', 'Location', 'Avg.'] as const;

const row = (encoder: string, figures: readonly number[]) => ({
  when: { 'model.encoder': encoder },
  values: Object.fromEntries(COLUMNS.map((column, i) => [column, figures[i] as number])),
});

/**
 * Table 13 of the paper: encoders for slices and for volumes, on M3D's kinds of questions. The ratios of its token
 * budgets are in Figure 4(b), and in the plan of a sweep.
 */
export const TABLE_13: PaperTable = {
  title: 'OmniCT, Table 13 (encoders)',
  columns: COLUMNS,
  rows: [
    row('google/siglip-so400m-patch14-384', [99.5, 90.2, 78.4, 79.2, 67.4, 82.9]),
    row('GoodBaiBai88/M3D-CLIP', [99.0, 84.8, 77.1, 78.2, 63.1, 80.4]),
    row('facebook/dinov3-vitl16-pretrain-lvd1689m', [99.5, 88.0, 77.8, 78.9, 65.3, 81.9]),
    row('OpenGVLab/VideoMAEv2-Base', [91.3, 74.7, 76.9, 75.3, 62.8, 76.2]),
    row('Wan-AI/Wan2.1-T2V-1.3B-Diffusers/vae', [97.9, 76.4, 77.1, 74.7, 63.9, 78.0]),
  ],
};
