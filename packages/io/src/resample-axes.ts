import type { Shape3D } from '@omnict/nn';
import { type AxisWeights, axisWeights } from './resample-weights';

/** Copies a run of values, `target.length` from `start` on, changed or not, to float32. */
export type RunReader = (target: Float32Array, start: number) => void;

/**
 * Blends `[D, H, W]` values to another size axis by axis: z, then y, then x.
 *
 * It goes row by row: what it works on stays in the processor's nearest cache, and rows that no output
 * needs are never read.
 *
 * @param readRun gives the row that begins at a voxel
 * @returns float32 of the new shape
 */
export function resampleAxes(
  readRun: RunReader,
  [depth, height, width]: Shape3D,
  { size, antialias }: { size: Shape3D; antialias: boolean },
): Float32Array {
  const [depthOut, heightOut, widthOut] = size;
  const z = axisWeights(depth, depthOut, antialias);
  const y = axisWeights(height, heightOut, antialias);
  const x = axisWeights(width, widthOut, antialias);
  const output = new Float32Array(depthOut * heightOut * widthOut);
  const row = new Float32Array(width);
  const recipesOfRows = recipesOf(y);
  const recipesOfPlanes = recipesOf(z);
  // The last few planes as read and the last few rows of them together, each in the place that its
  // index has among the taps; next to them, whose they are.
  const planes = Array.from({ length: z.taps }, () => rowsOf(height, width));
  const planeOfRow = planes.map(() => new Int32Array(height).fill(-1));
  const blended = rowsOf(y.taps, width);
  const rows = [...blended]; // or a row as read, where that is the only one
  const rowOfBlend = new Int32Array(y.taps);

  const storedRow = (plane: number, index: number): Float32Array => {
    const slot = plane % z.taps;
    const values = planes[slot]?.[index] as Float32Array;
    const owners = planeOfRow[slot] as Int32Array;
    if (owners[index] !== plane) readRun(values, (plane * height + index) * width);
    owners[index] = plane;
    return values;
  };
  for (let k = 0; k < depthOut; k++) {
    const plane = z.first[k] as number;
    const recipe = recipesOfPlanes[k] as Recipe;
    rowOfBlend.fill(-1);
    const blendedRow = (index: number): Float32Array => {
      const slot = index % y.taps;
      if (rowOfBlend[slot] !== index) {
        const target = blended[slot] as Float32Array;
        rows[slot] = blend(target, recipe, (tap) => storedRow(plane + tap, index));
        rowOfBlend[slot] = index;
      }
      return rows[slot] as Float32Array;
    };
    for (let j = 0; j < heightOut; j++) {
      const first = y.first[j] as number;
      const from = blend(row, recipesOfRows[j] as Recipe, (tap) => blendedRow(first + tap));
      const start = (k * heightOut + j) * widthOut;
      blendCells(from, x, output.subarray(start, start + widthOut));
    }
  }
  return output;
}

function rowsOf(count: number, width: number): Float32Array[] {
  return Array.from({ length: count }, () => new Float32Array(width));
}

/** How an output row comes out of the rows that it is made of. */
interface Recipe {
  shares: Float32Array;
  /** The only tap that counts; -1 when several do. */
  whole: number;
}

function recipesOf({ first, taps, shares }: AxisWeights): Recipe[] {
  return Array.from(first, (_, cell) => {
    const own = shares.subarray(cell * taps, (cell + 1) * taps);
    return { shares: own, whole: own.indexOf(1) };
  });
}

/**
 * Sum of rows by their shares.
 *
 * @returns the sum in `target`, or the only row itself where its share is 1
 */
function blend(
  target: Float32Array,
  { shares, whole }: Recipe,
  rowAt: (tap: number) => Float32Array,
): Float32Array {
  if (whole >= 0) return rowAt(whole);
  if (shares.length === 2) {
    mix({ low: rowAt(0), high: rowAt(1) }, shares[1] as number, target);
    return target;
  }
  target.fill(0);
  shares.forEach((share, tap) => {
    if (share !== 0) add(rowAt(tap), share, target);
  });
  return target;
}

/** A row to its new width. */
function blendCells(row: Float32Array, weights: AxisWeights, target: Float32Array): void {
  if (row.length === target.length)
    target.set(row); // weights of 1 at each cell
  else if (weights.taps === 2) mixCells(row, target, weights);
  else sumCells(row, target, weights);
}

// The loops that take the time stand alone: V8 compiles them well only when nothing else is around them.

function mix(
  { low, high }: { low: Float32Array; high: Float32Array },
  share: number,
  target: Float32Array,
): void {
  for (let i = 0; i < target.length; i++) {
    const value = low[i] as number;
    target[i] = value + share * ((high[i] as number) - value);
  }
}

function add(values: Float32Array, share: number, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = (target[i] as number) + share * (values[i] as number);
  }
}

/** Each cell from two neighbours. */
function mixCells(row: Float32Array, target: Float32Array, { first, shares }: AxisWeights): void {
  for (let i = 0; i < target.length; i++) {
    const at = first[i] as number;
    const left = row[at] as number;
    target[i] = left + (shares[2 * i + 1] as number) * ((row[at + 1] as number) - left);
  }
}

/** Each cell from several neighbours. */
function sumCells(
  row: Float32Array,
  target: Float32Array,
  { first, taps, shares }: AxisWeights,
): void {
  for (let i = 0; i < target.length; i++) {
    const at = first[i] as number;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      sum += (shares[i * taps + tap] as number) * (row[at + tap] as number);
    }
    target[i] = sum;
  }
}
