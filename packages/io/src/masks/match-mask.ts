import { type OrganMask, ShapeError, type VolumeGeometry } from '@omnict/core';
import { positionOf, sameGrid } from '../same-grid';

/** Least share of the image's voxels that a mask must cover. */
const MIN_COVERAGE = 0.9;

/**
 * Brings a mask onto an image's grid: as it is when the grids agree, else each voxel takes the
 * label at its place in the patient (nearest).
 *
 * @throws ShapeError when the mask covers less than nine tenths of the image, or nothing for one that
 *   holds only the slices with something in them: it belongs to another image then
 */
export function matchMask(mask: OrganMask, image: VolumeGeometry): OrganMask {
  if (sameGrid(mask, image)) return mask;
  const { shape, spacing, origin, direction } = image;
  const [depth, height, width] = shape;
  // Position in the mask is affine in the image's indices: one start and three steps.
  const at = (index: readonly [number, number, number]): number[] =>
    indexIn(mask, positionOf(image, index));
  const start = at([0, 0, 0]);
  const stepOf = (index: readonly [number, number, number]): number[] =>
    at(index).map((value, axis) => value - (start[axis] as number));
  const steps = [stepOf([1, 0, 0]), stepOf([0, 1, 0]), stepOf([0, 0, 1])] as const;

  const data = new Uint8Array(depth * height * width);
  const [maskDepth, maskHeight, maskWidth] = mask.shape;
  const place = (axis: number, [k, j, i]: readonly [number, number, number]): number =>
    Math.round(
      (start[axis] as number) +
        k * (steps[0][axis] as number) +
        j * (steps[1][axis] as number) +
        i * (steps[2][axis] as number),
    );
  let covered = 0;
  let index = 0;
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++, index++) {
        const voxel = [k, j, i] as const;
        const [z, y, x] = [place(0, voxel), place(1, voxel), place(2, voxel)];
        if (z < 0 || y < 0 || x < 0 || z >= maskDepth || y >= maskHeight || x >= maskWidth)
          continue;
        data[index] = mask.data[(z * maskHeight + y) * maskWidth + x] as number;
        covered++;
      }
    }
  }
  if (covered < MIN_COVERAGE * data.length && (mask.isPartial !== true || covered === 0)) {
    const share = ((100 * covered) / data.length).toFixed(0);
    throw new ShapeError(
      `mask: covers ${share} % of the image; expected the image's ${shape.join(' x ')} voxels, got ${mask.shape.join(' x ')} at another place; give the mask of this image`,
    );
  }
  return { data, shape, spacing, origin, direction, labels: mask.labels };
}

/** Continuous voxel index `[z, y, x]` of a position; directions are orthonormal, so their inverse is the transpose. */
function indexIn(
  { origin, spacing, direction }: VolumeGeometry,
  position: readonly number[],
): [number, number, number] {
  const offset = position.map((value, row) => value - (origin[row] as number));
  const along = (axis: number): number =>
    offset.reduce((sum, value, row) => sum + (direction[row * 3 + axis] as number) * value, 0);
  return [along(2) / spacing[0], along(1) / spacing[1], along(0) / spacing[2]];
}
