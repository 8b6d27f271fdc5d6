import type { Modality } from '@omnict/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSamples, epochBatches } from './batch-order';

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

  it('mixes slices and volumes in the ratio asked for', () => {
    const data = modalities(30, 10);
    for (const [slicesPerBatch, slices] of [
      [0.25, 2],
      [0.5, 4],
      [1, 7], // one of each kind stays
    ] as const) {
      const batches = epochBatches(data, 8, { seed: 1, epoch: 0, slicesPerBatch });
      for (const batch of batches) {
        expect(batch.filter((index) => data[index] === 'slice')).toHaveLength(slices);
      }
      expect(new Set(batches.flat()).size).toBe(40);
    }
  });

  it('buckets by length: less padding, every sample still seen', () => {
    const data = modalities(128, 128);
    const lengths = data.map((_, index) => 50 + ((index * 37) % 101));
    const padding = (batches: readonly (readonly number[])[]): number =>
      batches.reduce((sum, batch) => {
        const own = batch.map((index) => lengths[index] as number);
        return sum + own.length * Math.max(...own) - own.reduce((a, b) => a + b, 0);
      }, 0);
    const plain = epochBatches(data, 8, { seed: 1, epoch: 0 });
    const bucketed = epochBatches(data, 8, { seed: 1, epoch: 0, lengths });
    expect(new Set(bucketed.flat()).size).toBe(256);
    expect(padding(bucketed)).toBeLessThan(0.4 * padding(plain));
  });
});

describe('chooseSamples', () => {
  it('draws shares, the smaller within the larger', () => {
    const data = modalities(100, 50);
    const small = chooseSamples(data, { slices: 0.3, volumes: 0 }, 4);
    const large = chooseSamples(data, { slices: 0.6 }, 4);
    expect(small).toHaveLength(30);
    expect(large).toHaveLength(60 + 50);
    for (const index of small) expect(large).toContain(index);
    expect(chooseSamples(data, {}, 4)).toHaveLength(150);
  });
});
