import type { Shape3D } from '@omnict/nn';
import { type AxisWeights, axisWeights } from './resample-weights';

/** Copies one plane of values, `target.length` from `start` on, changed or not, to float32. */
export type PlaneReader = (target: Float32Array, start: number) => void;

/**
 * Blends `[D, H, W]` values to another size axis by axis: x, then z, then y.
 *
 * Planes that no output needs are never read, each other one once: of a thousand slices that become
 * 32, 64 are touched.
 *
 * @param readPlane gives the plane that begins at a voxel
 * @returns float32 of the new shape
 */
export function resampleAxes(
  readPlane: PlaneReader,
  [depth, height, width]: Shape3D,
  { size, antialias }: { size: Shape3D; antialias: boolean },
): Float32Array {
  const [depthOut, heightOut, widthOut] = size;
  const z = axisWeights(depth, depthOut, antialias);
  const y = axisWeights(height, heightOut, antialias);
  const x = axisWeights(width, widthOut, antialias);
  const output = new Float32Array(depthOut * heightOut * widthOut);
  const planeOut = heightOut * widthOut;
  const plane = new Float32Array(height * width);
  const blended = new Float32Array(height * widthOut);
  const narrowed = new Map<number, Float32Array>();
  const spare: Float32Array[] = [];

  const narrow = (index: number): Float32Array => {
    const known = narrowed.get(index);
    if (known !== undefined) return known;
    const rows = spare.pop() ?? new Float32Array(height * widthOut);
    readPlane(plane, index * height * width);
    blendRows(plane, rows, { height, width, widthOut, weights: x });
    narrowed.set(index, rows);
    return rows;
  };
  for (let k = 0; k < depthOut; k++) {
    const first = z.first[k] as number;
    for (const [index, rows] of narrowed) {
      if (index >= first) continue;
      narrowed.delete(index);
      spare.push(rows);
    }
    const shares = z.shares.subarray(k * z.taps, (k + 1) * z.taps);
    const target = output.subarray(k * planeOut, (k + 1) * planeOut);
    const rows = blendPlanes((tap) => narrow(first + tap), shares, blended);
    blendColumns(rows, target, { widthOut, weights: y });
  }
  return output;
}

/** Each row to its new width. */
function blendRows(
  plane: Float32Array,
  rows: Float32Array,
  {
    height,
    width,
    widthOut,
    weights: { first, taps, shares },
  }: { height: number; width: number; widthOut: number; weights: AxisWeights },
): void {
  if (width === widthOut) {
    rows.set(plane); // weights of 1 at each cell
    return;
  }
  let index = 0;
  for (let row = 0; row < height; row++) {
    const start = row * width;
    for (let i = 0; i < widthOut; i++, index++) {
      const at = start + (first[i] as number);
      if (taps === 2) {
        const left = plane[at] as number;
        rows[index] = left + (shares[2 * i + 1] as number) * ((plane[at + 1] as number) - left);
        continue;
      }
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        sum += (shares[i * taps + tap] as number) * (plane[at + tap] as number);
      }
      rows[index] = sum;
    }
  }
}

/** Sum of planes by their shares; the plane itself where one share is 1. */
function blendPlanes(
  planeAt: (tap: number) => Float32Array,
  shares: Float32Array,
  blended: Float32Array,
): Float32Array {
  const whole = shares.indexOf(1);
  if (whole >= 0) return planeAt(whole);
  if (shares.length === 2) {
    const [low, high] = [planeAt(0), planeAt(1)];
    const share = shares[1] as number;
    for (let i = 0; i < blended.length; i++) {
      const value = low[i] as number;
      blended[i] = value + share * ((high[i] as number) - value);
    }
    return blended;
  }
  blended.fill(0);
  shares.forEach((share, tap) => {
    if (share === 0) return;
    const plane = planeAt(tap);
    for (let i = 0; i < blended.length; i++) {
      blended[i] = (blended[i] as number) + share * (plane[i] as number);
    }
  });
  return blended;
}

/** All rows to their new number. */
function blendColumns(
  rows: Float32Array,
  target: Float32Array,
  { widthOut, weights: { first, taps, shares } }: { widthOut: number; weights: AxisWeights },
): void {
  const heightOut = first.length;
  for (let j = 0; j < heightOut; j++) {
    const start = (first[j] as number) * widthOut;
    const to = j * widthOut;
    if (taps === 2) {
      const share = shares[2 * j + 1] as number;
      for (let i = 0; i < widthOut; i++) {
        const upper = rows[start + i] as number;
        const lower = rows[start + widthOut + i] as number;
        target[to + i] = upper + share * (lower - upper);
      }
      continue;
    }
    for (let tap = 0; tap < taps; tap++) {
      const share = shares[j * taps + tap] as number;
      if (share === 0) continue;
      const from = start + tap * widthOut;
      for (let i = 0; i < widthOut; i++) {
        target[to + i] = (target[to + i] as number) + share * (rows[from + i] as number);
      }
    }
  }
}
