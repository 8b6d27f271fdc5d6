import type { Shape3D } from '@omnict/core';
import type { AggregationPlan } from './aggregation-plan';
import type { Box } from './box';
import type { OrganPooling } from './output-grid';
import type { TokenSelection } from './token-selection';

/**
 * Adaptive average pooling of a box of tokens onto a fixed output grid, over selected tokens only.
 *
 * Output cell o of n along an axis of s input cells covers `floor(o s / n)` up to `ceil((o+1) s / n)`:
 * a small box is magnified (cells repeat), a large one compressed (cells average).
 *
 * A cell without selected tokens takes, with pooling `organ`, the selected tokens nearest to its middle:
 * only tokens of the organ are aggregated, as Eq. 5 says. ASSUMPTION: the paper does not say how
 * organs that do not fill their box get a fixed number of tokens. With `box`, it averages all tokens that
 * it covers; DEVIATION: these are none of the organ's.
 *
 * @see torch.nn.AdaptiveAvgPool3d, whose cell rule this is
 */
export function poolBox(
  { grid, selected }: TokenSelection,
  box: Box,
  outputGrid: Shape3D,
  pooling: OrganPooling = 'box',
): AggregationPlan {
  const [, rows, columns] = grid;
  const own = pooling === 'organ' ? selectedPlaces(grid, selected) : [];
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
        const middle = [(z0 + z1 - 1) / 2, (y0 + y1 - 1) / 2, (x0 + x1 - 1) / 2] as const;
        const source =
          organ.length > 0 ? organ : pooling === 'organ' ? nearest(own, middle) : covered;
        for (const token of source) weights[output * length + token] = 1 / source.length;
        output++;
      }
    }
  }
  return { weights, valid: new Uint8Array(tokenCount).fill(1), tokenCount };
}

/** A selected token and where it lies. */
interface Place {
  token: number;
  at: Shape3D;
}

function selectedPlaces([, rows, columns]: Shape3D, selected: Uint8Array): Place[] {
  return [...selected].flatMap((isSelected, token): Place[] => {
    if (isSelected === 0) return [];
    const plane = Math.floor(token / columns);
    return [{ token, at: [Math.floor(plane / rows), plane % rows, token % columns] }];
  });
}

/** The selected tokens at the least distance, several when they are equally near. */
function nearest(places: readonly Place[], [z, y, x]: Shape3D): number[] {
  const distance = ({ at }: Place): number =>
    (at[0] - z) ** 2 + (at[1] - y) ** 2 + (at[2] - x) ** 2;
  const least = Math.min(...places.map(distance));
  return places.filter((place) => distance(place) === least).map(({ token }) => token);
}

type Range = readonly [begin: number, end: number];

function cellRanges(begin: number, end: number, cells: number): Range[] {
  const size = end - begin;
  return Array.from({ length: cells }, (_, cell) => [
    begin + Math.floor((cell * size) / cells),
    begin + Math.ceil(((cell + 1) * size) / cells),
  ]);
}
