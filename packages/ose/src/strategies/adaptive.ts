import { boundingBox } from '../box';
import { organTokenGrid } from '../output-grid';
import { poolBox } from '../pool-box';
import type { OrganStrategy } from './strategy';

/**
 * Adaptive organ-level aggregation (OmniCT Eq. 5): the organ's box is pooled onto a fixed grid.
 * Small organs are magnified, large ones compressed.
 */
export const adaptive: OrganStrategy = {
  tokenCount: ({ modality, grid, counts }) => product(organTokenGrid(counts, modality, grid[0])),
  plan: ({ selection, modality, counts }) =>
    poolBox(
      selection,
      boundingBox(selection),
      organTokenGrid(counts, modality, selection.grid[0]),
      counts.pooling,
    ),
};

function product([a, b, c]: readonly [number, number, number]): number {
  return a * b * c;
}
