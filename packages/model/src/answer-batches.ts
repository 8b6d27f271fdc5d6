import { splitEvenly } from '@omnict/core';
import { byImage, type ModelSample, sampleSize } from './batch';
import { chooseQuestionsPerImage, countQuestions } from './questions-per-image';

/** Samples answered together. */
export interface AnswerBatch {
  /** Indices of samples, image by image; the first image again where the batch is only filled. */
  images: number[][];
  /** Places for questions of each image. */
  each: number;
  /** Index of each row's sample; undefined for rows that only fill the batch. */
  rows: (number | undefined)[];
}

/**
 * Plans batches of one modality and one shape each, sorted by length: the last is filled up, since one
 * more shape would cost a recording.
 *
 * @param batchSize most rows of a batch
 */
export function planAnswers(
  samples: readonly ModelSample[],
  batchSize: number,
  { byImage: grouped }: { byImage: boolean },
): AnswerBatch[] {
  const indices = new Map<ModelSample, number[]>(samples.map((sample) => [sample, []]));
  samples.forEach((sample, index) => indices.get(sample)?.push(index));
  const lengthOf = (index: number): number => samples[index]?.sequence.ids.length ?? 0;
  const longer = (a: number, b: number): number => lengthOf(a) - lengthOf(b) || a - b;
  return (['slice', 'volume'] as const).flatMap((modality) => {
    const own = samples.filter((sample) => sample.modality === modality);
    if (own.length === 0) return [];
    const images = grouped ? byImage(own) : own.map((sample) => [sample]);
    const limits = { slice: batchSize, volume: batchSize };
    const sizes = images.flatMap((questions, image) =>
      questions.map((question) => ({ ...sampleSize(question), image })),
    );
    const counts = countQuestions(sizes, ({ image }) => image);
    const each = grouped ? chooseQuestionsPerImage(counts, limits)[modality] : 1;
    const parts = images.flatMap((questions) => {
      const places = questions.map((sample) => indices.get(sample)?.shift() as number);
      return splitEvenly(places.sort(longer), each);
    });
    parts.sort((a, b) => longer(a.at(-1) as number, b.at(-1) as number));
    const perBatch = Math.min(Math.max(1, Math.floor(batchSize / each)), parts.length);
    return Array.from({ length: Math.ceil(parts.length / perBatch) }, (_, batch) => {
      const begin = batch * perBatch;
      const taken = Array.from({ length: perBatch }, (_, i) => parts[begin + i]);
      return {
        each,
        images: taken.map((part) => part ?? (parts[begin] as number[])),
        rows: taken.flatMap((part) => Array.from({ length: each }, (_, i) => part?.[i])),
      };
    });
  });
}
