import { ConfigError, type Volume } from '@omnict/nn';

/** Hounsfield window `[low, high]`. */
export type HounsfieldWindow = readonly [low: number, high: number];

/** Values int16 can take, and what to add to make them indices. */
const INT16_VALUES = 65_536;
const INT16_OFFSET = 32_768;

/**
 * Function that windows a run of values: HU mapped linearly so that the window's ends become -1 and
 * 1, the rest clamped, also scanner padding far below air.
 *
 * For int16 a table of all values takes the place of arithmetic.
 *
 * @throws ConfigError when the window is empty
 */
export function windower(
  values: ArrayLike<number>,
  [low, high]: HounsfieldWindow,
): (target: Float32Array, start: number) => void {
  if (!(low < high)) {
    throw new ConfigError(
      `window: low end must be below high end; got [${low}, ${high}]; swap or widen it`,
    );
  }
  const scale = 2 / (high - low);
  const mapped = (value: number): number => Math.max(-1, Math.min(1, (value - low) * scale - 1));
  if (values instanceof Int16Array && values.length > INT16_VALUES) {
    const table = tableOf(low, high, mapped);
    return (target, start) => {
      for (let i = 0; i < target.length; i++) {
        target[i] = table[(values[start + i] as number) + INT16_OFFSET] as number;
      }
    };
  }
  return (target, start) => {
    for (let i = 0; i < target.length; i++) target[i] = mapped(values[start + i] as number);
  };
}

/** The last table made: images of a batch share their window. */
let last = { low: NaN, high: NaN, table: new Float32Array(0) };

/** A window's value for each that int16 can take. */
function tableOf(low: number, high: number, mapped: (value: number) => number): Float32Array {
  if (last.low === low && last.high === high) return last.table;
  const table = new Float32Array(INT16_VALUES);
  for (let i = 0; i < INT16_VALUES; i++) table[i] = mapped(i - INT16_OFFSET);
  last = { low, high, table };
  return table;
}

/** Maps HU to [-1, 1] by a window. @throws ConfigError when the window is empty */
export function applyWindow(values: ArrayLike<number>, window: HounsfieldWindow): Float32Array {
  const output = new Float32Array(values.length);
  windower(values, window)(output, 0);
  return output;
}

/**
 * Windowed values of a volume, in [-1, 1], on its grid.
 *
 * @throws ConfigError when the window is empty
 */
export function window(
  { data, shape }: Volume,
  range: HounsfieldWindow,
): { data: Float32Array; shape: Volume['shape'] } {
  return { data: applyWindow(data, range), shape };
}
