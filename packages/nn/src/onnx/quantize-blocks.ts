/** @file Weights in a few bits, block by block: the layout of onnxruntime's `MatMulNBits`. */

/** Weights that share one scale; onnxruntime multiplies blocks of 32 fastest. */
export const BLOCK_SIZE = 32;

/** Bits of a quantised weight. */
export type WeightBits = 4 | 8;

/** A matrix in a few bits. */
export interface QuantizedMatrix {
  /** `[N, ceil(K / 32), 32 * bits / 8]`; of two 4-bit weights in a byte the first is the low half */
  bytes: Uint8Array;
  /** `[N * ceil(K / 32)]`: a weight is `scale * (stored - 2^(bits - 1))` */
  scales: Float32Array;
}

/**
 * Rounds a matrix to blocks of 32 weights with one scale each. The weight of largest magnitude of each block is
 * stored as the lowest number, `-2^(bits - 1)`, and so keeps its value.
 *
 * @param weights float32 `[N, K]`
 */
export function quantizeBlocks(
  weights: Float32Array,
  { columns, bits }: { columns: number; bits: WeightBits },
): QuantizedMatrix {
  const rows = weights.length / columns;
  const blocks = Math.ceil(columns / BLOCK_SIZE);
  const half = 2 ** (bits - 1);
  const blockBytes = (BLOCK_SIZE * bits) / 8;
  const bytes = new Uint8Array(rows * blocks * blockBytes).fill(bits === 8 ? half : half * 17);
  const scales = new Float32Array(rows * blocks);
  for (let block = 0; block < rows * blocks; block++) {
    const row = Math.floor(block / blocks);
    const first = row * columns + (block % blocks) * BLOCK_SIZE;
    const last = Math.min(first + BLOCK_SIZE, (row + 1) * columns);
    let largest = 0;
    for (let i = first; i < last; i++) {
      const weight = weights[i] as number;
      if (Math.abs(weight) > Math.abs(largest)) largest = weight;
    }
    if (largest === 0) continue;
    const scale = Math.fround(-largest / half);
    scales[block] = scale;
    for (let i = first; i < last; i++) {
      const rounded = Math.round((weights[i] as number) / scale) + half;
      const stored = Math.max(0, Math.min(2 * half - 1, rounded));
      const place = i - first;
      if (bits === 8) {
        bytes[block * blockBytes + place] = stored;
        continue;
      }
      const byte = block * blockBytes + (place >> 1);
      const before = bytes[byte] as number;
      bytes[byte] = place % 2 === 0 ? (before & 0xf0) | stored : (before & 0x0f) | (stored << 4);
    }
  }
  return { bytes, scales };
}
