import type { Shape3D } from '@omnict/core';
import type { AggregationPlan } from './aggregation-plan';
import type { Box } from './box';
import type { TokenSelection } from './token-selection';

/**
 * Adaptive average pooling of a box of tokens onto a fixed output grid, over selected tokens only.
 *
 * Output cell o of n along an axis of s input cells covers `floor(o s / n)` up to `ceil((o+1) s / n)`:
 * a small box is magnified (cells repeat), a large one compressed (cells average). A cell without
 * selected tokens averages all tokens it covers, so that no output is empty.
 *
 * @see torch.nn.AdaptiveAvgPool3d, whose cell rule this is
 */
export function poolBox(
  { grid, selected }: TokenSelection,
  box: Box,
  outputGrid: Shape3D,
): AggregationPlan {
  const [, rows, columns] = grid;
  const length = selected.length;
  const tokenCount = outputGrid[0] * outputGrid[1] * outputGrid[2];
  const weights = new Float32Array(tokenCount * length);
  const ranges = outputGrid.map((cells, axis) =>
    cellRanges(box.begin[axis] as number, box.end[axis] as number, cells),
  ) as [Range[], Range[], Range[]];

  let output = 0;
  for (const [z0, z1] of ranges[0]) {
    for (const [y0, y1] of ranges[1]) {
      for (const [x0, x1] of ranges[2]) {
        const covered: number[] = [];
        for (let z = z0; z < z1; z++) {
          for (let y = y0; y < y1; y++) {
            for (let x = x0; x < x1; x++) covered.push((z * rows + y) * columns + x);
          }
        }
        const organ = covered.filter((token) => selected[token] === 1);
        const source = organ.length > 0 ? organ : covered;
        for (const token of source) weights[output * length + token] = 1 / source.length;
        output++;
      }
    }
  }
  return { weights, valid: new Uint8Array(tokenCount).fill(1), tokenCount };
}

type Range = readonly [begin: number, end: number];

function cellRanges(begin: number, end: number, cells: number): Range[] {
  const size = end - begin;
  return Array.from({ length: cells }, (_, cell) => [
    begin + Math.floor((cell * size) / cells),
    begin + Math.ceil(((cell + 1) * size) / cells),
  ]);
}
