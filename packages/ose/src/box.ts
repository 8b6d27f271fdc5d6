import type { Shape3D } from '@omnict/core';
import type { TokenSelection } from './token-selection';

/** A box of grid cells, `begin` inclusive and `end` exclusive, axes `[z, y, x]`. */
export interface Box {
  begin: Shape3D;
  end: Shape3D;
}

/** The smallest box around the selected tokens; at least one must be selected. */
export function boundingBox({ grid, selected }: TokenSelection): Box {
  const [units, rows, columns] = grid;
  const begin = [units, rows, columns];
  const end = [0, 0, 0];
  for (let index = 0; index < selected.length; index++) {
    if (selected[index] === 0) continue;
    const position = [
      Math.floor(index / (rows * columns)),
      Math.floor(index / columns) % rows,
      index % columns,
    ];
    position.forEach((value, axis) => {
      begin[axis] = Math.min(begin[axis] as number, value);
      end[axis] = Math.max(end[axis] as number, value + 1);
    });
  }
  return { begin: begin as unknown as Shape3D, end: end as unknown as Shape3D };
}
