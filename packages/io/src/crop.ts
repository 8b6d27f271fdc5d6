import { ConfigError, type Shape3D, type VolumeGeometry } from '@omnict/core';
import { positionOf } from './same-grid';
import type { Values } from './stored-values';

/** Box of voxels: first index and size along `[z, y, x]`. */
export interface VoxelBox {
  start: Shape3D;
  size: Shape3D;
}

/**
 * Cuts a box out of a volume or label map; geometry follows.
 *
 * @throws ConfigError when the box does not lie within the image
 */
export function crop<T extends VolumeGeometry & { data: Values }>(
  image: T,
  { start, size }: VoxelBox,
): T {
  const isWithin = image.shape.every((length, axis) => {
    const [from, count] = [start[axis] as number, size[axis] as number];
    return (
      Number.isInteger(from) &&
      Number.isInteger(count) &&
      from >= 0 &&
      count > 0 &&
      from + count <= length
    );
  });
  if (!isWithin) {
    throw new ConfigError(
      `crop: box of ${size.join(' x ')} from [${start.join(', ')}] on does not lie within ${image.shape.join(' x ')} voxels; expected whole numbers within; choose another box`,
    );
  }
  const [, height, width] = image.shape;
  const [depthOut, heightOut, widthOut] = size;
  const data = image.data.slice(0, depthOut * heightOut * widthOut); // same type
  for (let k = 0; k < depthOut; k++) {
    for (let j = 0; j < heightOut; j++) {
      const from = ((start[0] + k) * height + start[1] + j) * width + start[2];
      data.set(image.data.subarray(from, from + widthOut), (k * heightOut + j) * widthOut);
    }
  }
  return { ...image, data, shape: size, origin: positionOf(image, start) };
}
