import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, quantizeBlocks, type WeightBits } from './quantize-blocks';

/** Stored numbers of a row, its blocks filled up. */
function stored(bytes: Uint8Array, bits: WeightBits): number[] {
  if (bits === 8) return [...bytes];
  return [...bytes].flatMap((byte) => [byte & 15, byte >> 4]);
}

describe.each([8, 4] as const)('quantizeBlocks in %i bits', (bits) => {
  const half = 2 ** (bits - 1);
  const columns = 40; // a block and a part of one
  const random = new Random('quantize');
  const weights = Float32Array.from({ length: 3 * columns }, () => random.normal());
  weights.fill(0, 2 * columns, 3 * columns); // a row of nothing
  const { bytes, scales } = quantizeBlocks(weights, { columns, bits });
  const numbers = stored(bytes, bits);

  it('keeps each weight within half a step, the largest of a block as it is', () => {
    expect(scales).toHaveLength(3 * 2);
    for (let row = 0; row < 2; row++) {
      for (let block = 0; block < 2; block++) {
        const scale = scales[2 * row + block] as number;
        const own = weights.subarray(
          row * columns + block * BLOCK_SIZE,
          row * columns + Math.min((block + 1) * BLOCK_SIZE, columns),
        );
        const largest = own.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
        own.forEach((weight, i) => {
          const number = numbers[(2 * row + block) * BLOCK_SIZE + i] as number;
          const kept = scale * (number - half);
          // Only a weight near the largest, of the other sign, is a step off: there is no number for it.
          expect(Math.abs(kept - weight)).toBeLessThanOrEqual(
            Math.abs(scale) * (number === 2 * half - 1 ? 1 : 0.5) + 1e-6,
          );
          if (weight === largest) expect(kept).toBeCloseTo(weight, 6);
        });
      }
    }
  });

  it('stores 0 where there is no weight', () => {
    expect(new Set(numbers.slice(4 * BLOCK_SIZE))).toEqual(new Set([half])); // the last row
    expect([...scales.slice(4)]).toEqual([0, 0]);
    expect(new Set(numbers.slice(columns, 2 * BLOCK_SIZE))).toEqual(new Set([half])); // fills a block
  });
});
