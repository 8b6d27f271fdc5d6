import { type Shape3D, ShapeError } from '@omnict/core';

/** Which tokens of a grid belong to an organ. */
export interface TokenSelection {
  /** Token grid `[Ns, h, w]`. */
  grid: Shape3D;
  /** 1 where the token's cell touches the organ, else 0; `Ns * h * w` values, z slowest. */
  selected: Uint8Array;
  /** Number of selected tokens, `L_o`. */
  count: number;
}

/**
 * Anatomical region localization (OmniCT Sec. 2.2): maps an organ mask to the token grid by the
 * scale between voxels and tokens.
 *
 * ASSUMPTION: a token is selected when at least one voxel of its cell is organ. Small organs then
 * always have a token; the paper only says "scaling relationship".
 *
 * @param mask label map `[D, H, W]` on the grid of the prepared image
 * @param grid tokens `[Ns, h, w]`; unit i covers slices `i * slicesPerUnit` and on, a token an equal
 *   share of the plane
 * @param labels label values that count as the organ; several are united
 * @throws ShapeError when the mask's data does not match its shape, or has fewer slices than units
 */
export function selectOrganTokens(
  mask: { data: Uint8Array; shape: Shape3D },
  grid: Shape3D,
  { labels, slicesPerUnit }: { labels: readonly number[]; slicesPerUnit: number },
): TokenSelection {
  const [depth, height, width] = mask.shape;
  const [units, rows, columns] = grid;
  if (mask.data.length !== depth * height * width || depth < units * slicesPerUnit) {
    throw new ShapeError(
      `selectOrganTokens: mask does not fit the token grid; expected ${units} x ${slicesPerUnit} slices, got [${mask.shape.join(', ')}] with ${mask.data.length} values; prepare the mask at the image's size`,
    );
  }
  const isOrgan = new Uint8Array(256);
  for (const label of labels) isOrgan[label] = 1;
  const selected = new Uint8Array(units * rows * columns);
  for (let z = 0; z < units * slicesPerUnit; z++) {
    const unit = Math.floor(z / slicesPerUnit);
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * rows) / height);
      const tokenRow = (unit * rows + row) * columns;
      const voxelRow = (z * height + y) * width;
      for (let x = 0; x < width; x++) {
        if (isOrgan[mask.data[voxelRow + x] as number] === 1) {
          selected[tokenRow + Math.floor((x * columns) / width)] = 1;
        }
      }
    }
  }
  return { grid, selected, count: selected.reduce((sum, value) => sum + value, 0) };
}

/** Every token selected: what stands in for the organ when it is not in the image. */
export function selectAllTokens(grid: Shape3D): TokenSelection {
  const count = grid[0] * grid[1] * grid[2];
  return { grid, selected: new Uint8Array(count).fill(1), count };
}
