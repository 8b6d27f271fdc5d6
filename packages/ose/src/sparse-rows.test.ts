import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { sparseRows, writeSparseRows } from './sparse-rows';

describe('sparse rows', () => {
  it('come back as they were, also none', () => {
    const random = new Random('sparse');
    for (const [rows, width] of [
      [7, 11],
      [1, 5],
      [0, 5],
    ] as const) {
      const matrix = Float32Array.from({ length: rows * width }, () =>
        random.uniform() < 0.2 ? random.normal() : 0,
      );
      const target = new Float32Array(3 + matrix.length);
      writeSparseRows(sparseRows(matrix, rows), target, { at: 3, width });
      expect(target.subarray(3)).toEqual(matrix);
    }
  });
});
