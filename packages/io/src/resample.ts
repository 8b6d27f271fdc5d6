import type { Shape3D, VolumeGeometry } from '@omnict/nn';

/** Two neighbouring cells and the share of the second, for each output cell along one axis. */
interface AxisWeights {
  low: Int32Array;
  high: Int32Array;
  share: Float32Array;
}

/**
 * Resamples to another grid over the same physical extent, trilinearly.
 *
 * Voxels are cells, values lie at their centres: output cell i of n samples position
 * `(i + 0.5) * s / n - 0.5` of s input cells, clamped at the border. This is PyTorch's
 * `interpolate(mode='trilinear', align_corners=False)`; shrinking does not smooth first.
 *
 * @param data `[D, H, W]` @param shape its shape @param size the new shape
 * @returns float32 of the new shape
 */
export function resampleTrilinear(
  data: ArrayLike<number>,
  shape: Shape3D,
  size: Shape3D,
): Float32Array {
  const [, height, width] = shape;
  const [depthOut, heightOut, widthOut] = size;
  const z = axisWeights(shape[0], depthOut);
  const y = axisWeights(height, heightOut);
  const x = axisWeights(width, widthOut);
  const output = new Float32Array(depthOut * heightOut * widthOut);
  const plane = new Float32Array(height * width);
  let index = 0;
  for (let k = 0; k < depthOut; k++) {
    blendPlanes(data, plane, {
      low: (z.low[k] as number) * plane.length,
      high: (z.high[k] as number) * plane.length,
      share: z.share[k] as number,
    });
    for (let j = 0; j < heightOut; j++) {
      const top = (y.low[j] as number) * width;
      const bottom = (y.high[j] as number) * width;
      const shareY = y.share[j] as number;
      for (let i = 0; i < widthOut; i++, index++) {
        const left = x.low[i] as number;
        const right = x.high[i] as number;
        const shareX = x.share[i] as number;
        const topLeft = plane[top + left] as number;
        const bottomLeft = plane[bottom + left] as number;
        const upper = topLeft + shareX * ((plane[top + right] as number) - topLeft);
        const lower = bottomLeft + shareX * ((plane[bottom + right] as number) - bottomLeft);
        output[index] = upper + shareY * (lower - upper);
      }
    }
  }
  return output;
}

/**
 * Resamples labels to another grid over the same extent: each output cell takes the label at its
 * centre.
 */
export function resampleNearest(data: Uint8Array, shape: Shape3D, size: Shape3D): Uint8Array {
  const [, height, width] = shape;
  const source = (out: number, axis: 0 | 1 | 2): Int32Array =>
    Int32Array.from({ length: out }, (_, i) => Math.floor(((i + 0.5) * shape[axis]) / out));
  const [zs, ys, xs] = [source(size[0], 0), source(size[1], 1), source(size[2], 2)] as const;
  const output = new Uint8Array(size[0] * size[1] * size[2]);
  let index = 0;
  for (const z of zs) {
    for (const y of ys) {
      const row = (z * height + y) * width;
      for (const x of xs) output[index++] = data[row + x] as number;
    }
  }
  return output;
}

/** Geometry after resampling to a new shape over the same extent. */
export function resampledGeometry(geometry: VolumeGeometry, size: Shape3D): VolumeGeometry {
  const { shape, spacing, origin, direction } = geometry;
  const next = spacing.map(
    (value, axis) => (value * (shape[axis] as number)) / (size[axis] as number),
  ) as [number, number, number];
  // The first cell's centre moves by half the change of cell size, along each axis.
  const shift = [2, 1, 0].map((axis) => ((next[axis] as number) - (spacing[axis] as number)) / 2);
  const moved = origin.map(
    (value, row) =>
      value +
      shift.reduce((sum, step, column) => sum + (direction[row * 3 + column] as number) * step, 0),
  ) as [number, number, number];
  return { shape: size, spacing: next, origin: moved, direction };
}

function blendPlanes(
  data: ArrayLike<number>,
  plane: Float32Array,
  { low, high, share }: { low: number; high: number; share: number },
): void {
  for (let i = 0; i < plane.length; i++) {
    const value = data[low + i] as number;
    plane[i] = share === 0 ? value : value + share * ((data[high + i] as number) - value);
  }
}

function axisWeights(size: number, sizeOut: number): AxisWeights {
  const low = new Int32Array(sizeOut);
  const high = new Int32Array(sizeOut);
  const share = new Float32Array(sizeOut);
  for (let i = 0; i < sizeOut; i++) {
    const position = Math.max(0, ((i + 0.5) * size) / sizeOut - 0.5);
    const below = Math.min(size - 1, Math.floor(position));
    low[i] = below;
    high[i] = Math.min(size - 1, below + 1);
    share[i] = Math.min(1, position - below);
  }
  return { low, high, share };
}
