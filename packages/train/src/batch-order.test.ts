import type { Modality } from '@omnict/nn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochBatches } from './batch-order';

const modalities = (slices: number, volumes: number): Modality[] => [
  ...new Array<Modality>(slices).fill('slice'),
  ...new Array<Modality>(volumes).fill('volume'),
];

describe('epochBatches', () => {
  it('shows every sample, in batches of one composition', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 2, max: 16 }),
        (slices, volumes, batchSize) => {
          fc.pre(slices + volumes > 0);
          const data = modalities(slices, volumes);
          const batches = epochBatches(data, batchSize, { seed: 1, epoch: 0 });
          expect(new Set(batches.flat()).size).toBe(data.length);
          const compositions = batches.map(
            (batch) => batch.filter((index) => data[index] === 'slice').length,
          );
          expect(new Set(compositions).size).toBe(1);
          for (const batch of batches) expect(batch).toHaveLength(batchSize);
        },
      ),
    );
  });

  it('orders by seed and epoch alone', () => {
    const data = modalities(30, 20);
    const order = (seed: number, epoch: number) => epochBatches(data, 8, { seed, epoch });
    expect(order(1, 2)).toEqual(order(1, 2));
    expect(order(1, 2)).not.toEqual(order(1, 3));
    expect(order(1, 2)).not.toEqual(order(2, 2));
  });
});
