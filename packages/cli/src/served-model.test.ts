import { expect, it } from 'vitest';
import { bestModel } from './served-model';

const trial = (name: string, slice: number, volume: number) => ({
  trial: name,
  modality: {
    slice: { metrics: { accuracy: { value: slice } } },
    volume: { metrics: { accuracy: { value: volume } } },
  },
});

it('serves the trial with the best mean accuracy, of those that have a model', () => {
  const trials = [trial('a', 0.9, 0.5), trial('b', 0.8, 0.8), trial('failed', 1, 1)];
  expect(bestModel(trials, ['a', 'b'])).toBe('b');
  expect(bestModel([trial('a', 0.5, 0.5), trial('b', 0.5, 0.5)], ['a', 'b'])).toBe('a');
  expect(bestModel([], ['only'])).toBe('only');
  expect(bestModel([], [])).toBeUndefined();
});
