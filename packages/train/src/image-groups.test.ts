import type { Modality } from '@omnict/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from './batch-plan';
import type { TrainStageConfig } from './config';

const CONFIG: TrainStageConfig = {
  learningRate: 0.1,
  epochs: 2,
  batchSize: 16,
  warmupRatio: 0,
  weightDecay: 0,
  maxGradientNorm: 1,
  checkpointEvery: 1,
};

/** Samples of images of each kind, in turns, with as many questions each as is said. */
function dataOf(counts: { modality: Modality; questions: number }[]) {
  const samples = counts.flatMap(({ modality, questions }, image) =>
    Array.from({ length: questions }, () => ({ modality, name: `image-${image}` })),
  );
  return {
    modalities: samples.map(({ modality }) => modality),
    images: {
      names: samples.map(({ name }) => name),
      questionsPerImage: { slice: 3, volume: 4 },
    },
  };
}

const anyImage = fc.record({
  modality: fc.constantFrom<Modality>('slice', 'volume'),
  questions: fc.integer({ min: 1, max: 9 }),
});

describe('planBatches, grouping by image', () => {
  it('shows every sample, groups of one image each, in batches of one composition', () => {
    fc.assert(
      fc.property(
        fc.array(anyImage, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (counts, batchSize) => {
          const data = dataOf(counts);
          const plan = planBatches({ ...CONFIG, epochs: 1, batchSize }, data, 3);
          const batches = Array.from({ length: plan.totalSteps }, (_, step) => plan.batch(step));
          expect(new Set(batches.flat(2)).size).toBe(data.modalities.length);
          for (const group of batches.flat()) {
            expect(new Set(group.map((index) => data.images.names[index])).size).toBe(1);
            expect(group.length).toBeLessThanOrEqual(plan.placesOf(group));
          }
          const compositions = batches.map(
            (batch) =>
              `${batch.length}/${batch.filter(([first]) => data.modalities[first as number] === 'slice').length}`,
          );
          expect(new Set(compositions).size).toBe(1);
        },
      ),
    );
  });

  it('comes nearest to the questions asked for, half of them about slices', () => {
    const data = dataOf([
      ...Array.from({ length: 400 }, () => ({ modality: 'slice' as const, questions: 3 })),
      ...Array.from({ length: 300 }, () => ({ modality: 'volume' as const, questions: 4 })),
    ]);
    const batch = planBatches(CONFIG, data, 1).batch(0);
    expect(batch.map(({ length }) => length)).toEqual([3, 3, 3, 4, 4]);
  });

  it('is decided by seed and epoch, whatever was asked for before', () => {
    const data = dataOf(
      Array.from({ length: 40 }, (_, i) => ({
        modality: i % 3 === 0 ? ('volume' as const) : ('slice' as const),
        questions: 1 + (i % 7),
      })),
    );
    const plan = planBatches(CONFIG, data, 5);
    const steps = Array.from({ length: plan.totalSteps }, (_, step) => plan.batch(step));
    const resumed = planBatches(CONFIG, data, 5);
    const last = plan.totalSteps - 1;
    expect(resumed.batch(last)).toEqual(steps[last]);
    expect(resumed.batch(2)).toEqual(steps[2]);
    const half = plan.totalSteps / 2;
    expect(steps.slice(half)).not.toEqual(steps.slice(0, half));
    expect(planBatches(CONFIG, data, 6).batch(0)).not.toEqual(steps[0]);
  });

  it('leaves samples alone when the config says so', () => {
    const data = dataOf([{ modality: 'volume', questions: 8 }]);
    const plan = planBatches({ ...CONFIG, groupByImage: false }, data, 1);
    expect(plan.batch(0).every(({ length }) => length === 1)).toBe(true);
  });
});
