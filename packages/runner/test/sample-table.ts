import { type ModelSample, sampleSize } from '@omnict/model';
import type { SampleTable } from '../src/stages/sample-batches';

/** Samples at hand as the table that batches are planned from. */
export function tableOf(samples: readonly ModelSample[]): SampleTable {
  const sample = (index: number): ModelSample => samples[index] as ModelSample;
  const names = samples.map(({ image }, index) => image ?? `unnamed ${index}`);
  return {
    length: samples.length,
    size: (index) => sampleSize(sample(index)),
    sizes: function* () {
      for (const one of samples) yield sampleSize(one);
    },
    imageOf: (index) => names.indexOf(names[index] as string),
    modalities: () => samples.map(({ modality }) => modality),
    imageNames: () => names,
    sequenceLengths: () => samples.map(({ sequence }) => sequence.ids.length),
    at: (index) => Promise.resolve(sample(index)),
  };
}
