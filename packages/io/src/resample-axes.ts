import type { Shape3D } from '@omnict/core';
import { areaBytes, type VoxelKernels, withVoxelKernels } from './kernels/voxel-kernels';
import { type AxisWeights, axisWeights } from './resample-weights';

/** Gives the values of a plane, changed or not, as float32. */
export type PlaneReader = (target: Float32Array, plane: number) => void;

/** Values that are read plane by plane. */
export interface PlaneSource {
  /** Bytes of the kernels' memory that reading takes. */
  scratchBytes: number;
  /** Starts reading; targets lie in the kernels' memory. */
  open: (kernels: VoxelKernels) => PlaneReader;
}

/**
 * Blends `[D, H, W]` values to another size axis by axis: z, then y, then x.
 *
 * Each plane is read once, and one that no output needs never.
 *
 * @returns float32 of the new shape
 * @throws UnsupportedError when a few planes take more than 4 GiB
 */
export function resampleAxes(
  source: PlaneSource,
  [depth, height, width]: Shape3D,
  { size, antialias }: { size: Shape3D; antialias: boolean },
): Float32Array {
  const [depthOut, heightOut, widthOut] = size;
  const z = axisWeights(depth, depthOut, antialias);
  const inPlane = {
    y: axisWeights(height, heightOut, antialias),
    x: axisWeights(width, widthOut, antialias),
  };
  const bytes =
    source.scratchBytes +
    areaBytes(height * width, 4, z.taps + 1) +
    areaBytes(heightOut * widthOut, 4) +
    areaBytes(width, 4) +
    weightBytes(inPlane.y) +
    weightBytes(inPlane.x);
  return withVoxelKernels(bytes, (kernels) => {
    const output = new Float32Array(depthOut * heightOut * widthOut);
    const planes = new PlaneBlender(kernels, {
      read: source.open(kernels),
      length: height * width,
      z,
    });
    const weights = { y: inKernels(kernels, inPlane.y), x: inKernels(kernels, inPlane.x) };
    const row = kernels.float32(width);
    const target = kernels.float32(heightOut * widthOut);
    for (let k = 0; k < depthOut; k++) {
      kernels.resizePlane({ plane: planes.blend(k), row }, weights, target);
      output.set(target, k * target.length);
    }
    return output;
  });
}

/** Planes of the output's depth, at the input's height and width. */
class PlaneBlender {
  private readonly read: PlaneReader;
  private readonly z: AxisWeights;
  /** The last planes read, each in the slot of its index modulo the taps, and which those are. */
  private readonly planes: Float32Array[];
  private readonly planeOfSlot: Int32Array;
  private readonly blended: Float32Array;

  constructor(
    private readonly kernels: VoxelKernels,
    { read, length, z }: { read: PlaneReader; length: number; z: AxisWeights },
  ) {
    this.read = read;
    this.z = z;
    this.planes = Array.from({ length: z.taps }, () => kernels.float32(length));
    this.planeOfSlot = new Int32Array(z.taps).fill(-1);
    this.blended = kernels.float32(length);
  }

  /** @returns a plane that is right until the next call */
  blend(index: number): Float32Array {
    const { kernels, blended } = this;
    const { first, taps } = this.z;
    const start = first[index] as number;
    const shares = this.z.shares.subarray(index * taps, (index + 1) * taps);
    const whole = shares.indexOf(1);
    if (whole >= 0) return this.plane(start + whole);
    if (taps === 2) {
      const [low, high] = [this.plane(start), this.plane(start + 1)];
      kernels.mix({ low, high }, shares[1] as number, blended);
      return blended;
    }
    blended.fill(0);
    shares.forEach((share, tap) => {
      if (share !== 0) kernels.accumulate(this.plane(start + tap), share, blended);
    });
    return blended;
  }

  private plane(index: number): Float32Array {
    const slot = index % this.z.taps;
    const plane = this.planes[slot] as Float32Array;
    if (this.planeOfSlot[slot] !== index) this.read(plane, index);
    this.planeOfSlot[slot] = index;
    return plane;
  }
}

function weightBytes({ first, shares }: AxisWeights): number {
  return areaBytes(first.length, 4) + areaBytes(shares.length, 4);
}

function inKernels(kernels: VoxelKernels, { first, taps, shares }: AxisWeights): AxisWeights {
  const own = { first: kernels.int32(first.length), taps, shares: kernels.float32(shares.length) };
  own.first.set(first);
  own.shares.set(shares);
  return own;
}
