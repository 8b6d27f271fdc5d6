import { type DecoderConfig } from '../decoder/decoder-config';
import { rotarySchemeOf, turningDimensions } from '../decoder/rotary-scaling';

/** onnxruntime's `GroupQueryAttention` turns heads of a multiple of this many dimensions only. */
const HEAD_MULTIPLE = 16;

/**
 * How a head's dimensions lie in onnxruntime. It turns dimension i with i + D/2 for all of them, so that partly
 * turning heads, and heads of other sizes, get their dimensions rearranged and filled up: those that stay as they
 * are turn by an angle of 0, those that fill are 0.
 */
export interface HeadLayout {
  /** D */
  size: number;
  /** Source of each dimension of queries and keys, -1 for one that fills. `[D]` */
  turned: readonly number[];
  /** The same for values, and for what the output projection reads. `[D]` */
  plain: readonly number[];
}

/** Returns the layout of a model's heads. */
export function headLayout(config: DecoderConfig): HeadLayout {
  const { headSize } = config;
  const turning = turningDimensions(config);
  const size = Math.ceil(headSize / HEAD_MULTIPLE) * HEAD_MULTIPLE;
  const turned = new Array<number>(size).fill(-1);
  for (let pair = 0; pair < turning / 2; pair++) {
    turned[pair] = pair;
    turned[size / 2 + pair] = turning / 2 + pair;
  }
  let place = 0;
  for (let kept = turning; kept < headSize; kept++) {
    while (turned[place] !== -1) place++;
    turned[place] = kept;
  }
  const plain = Array.from({ length: size }, (_, i) => (i < headSize ? i : -1));
  return { size, turned, plain };
}

/** Rearranges the rows of a projection onto heads. @param weights float32 `[heads * d, K]` @returns `[heads * D, K]` */
export function arrangeRows(
  weights: Float32Array,
  { columns, headSize, places }: { columns: number; headSize: number; places: readonly number[] },
): Float32Array {
  const heads = weights.length / columns / headSize;
  const arranged = new Float32Array(heads * places.length * columns);
  for (let head = 0; head < heads; head++) {
    places.forEach((source, place) => {
      if (source === -1) return;
      const from = (head * headSize + source) * columns;
      const to = (head * places.length + place) * columns;
      arranged.set(weights.subarray(from, from + columns), to);
    });
  }
  return arranged;
}

/** Rearranges the columns of a projection from heads. @param weights float32 `[N, heads * d]` @returns `[N, heads * D]` */
export function arrangeColumns(
  weights: Float32Array,
  options: { headSize: number; places: readonly number[] },
): Float32Array {
  return arrangeRows(weights, { ...options, columns: 1 }); // each column of each row by itself
}

/** Cosines and sines of positions 0 to `positions - 1`, `[positions, D / 2]` each. */
export function rotaryCaches(
  config: DecoderConfig,
  { positions, isLong }: { positions: number; isLong: boolean },
): { cos: Float32Array; sin: Float32Array } {
  const { frequencies, scale } = rotarySchemeOf(config, isLong);
  const half = headLayout(config).size / 2;
  const cos = new Float32Array(positions * half).fill(1);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    frequencies.forEach((frequency, pair) => {
      const angle = Math.fround(position * frequency);
      cos[position * half + pair] = Math.cos(angle) * scale;
      sin[position * half + pair] = Math.sin(angle) * scale;
    });
  }
  return { cos, sin };
}
