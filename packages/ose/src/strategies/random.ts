import type { Shape3D } from '@omnict/core';
import { boundingBox } from '../box';
import { organTokenGrid } from '../output-grid';
import { poolBox } from '../pool-box';
import { selectAllTokens } from '../token-selection';
import { adaptive } from './adaptive';
import type { OrganStrategy } from './strategy';

/**
 * Random ROI pooling (OmniCT Table 11): a box of the organ's size, placed anywhere, pooled like the
 * organ. Tells apart what more tokens bring and what the organ's place brings.
 */
export const random: OrganStrategy = {
  tokenCount: (input) => adaptive.tokenCount(input),
  plan: ({ selection, modality, counts, random: stream }) => {
    const { begin, end } = boundingBox(selection);
    const size = end.map((value, axis) => value - (begin[axis] as number));
    const start = selection.grid.map((cells, axis) =>
      stream.integer(cells - (size[axis] as number) + 1),
    );
    const box = {
      begin: start as unknown as Shape3D,
      end: start.map((value, axis) => value + (size[axis] as number)) as unknown as Shape3D,
    };
    const outputGrid = organTokenGrid(counts, modality, selection.grid[0]);
    return poolBox(selectAllTokens(selection.grid), box, outputGrid);
  },
};
