import type { Modality } from '@omnict/core';
import type { SampleSize } from './batch';

/** Questions of images, of one kind. */
export interface QuestionCounts {
  /** Tokens of an image's part of the sequences. */
  prefix: number;
  /** Tokens of the longest rest. */
  rest: number;
  /** How many images have so many questions. */
  images: Map<number, number>;
}

/** Counts the questions of each image and measures their sequences. @param imageOf names their images */
export function countQuestions<T extends SampleSize>(
  samples: Iterable<T>,
  imageOf: (sample: T, index: number) => unknown,
): Record<Modality, QuestionCounts> {
  const empty = (): QuestionCounts => ({ prefix: 0, rest: 0, images: new Map() });
  const result = { slice: empty(), volume: empty() };
  const perImage = { slice: new Map<unknown, number>(), volume: new Map<unknown, number>() };
  let index = 0;
  for (const sample of samples) {
    const own = result[sample.modality];
    own.prefix ||= sample.prefixLength;
    own.rest = Math.max(own.rest, sample.length - sample.prefixLength);
    increment(perImage[sample.modality], imageOf(sample, index++));
  }
  for (const modality of ['slice', 'volume'] as const) {
    for (const count of perImage[modality].values()) increment(result[modality].images, count);
  }
  return result;
}

/**
 * How many questions of an image go into a batch together, of each kind: the number that computes the
 * fewest tokens. More share the image's prefix, but images with fewer questions are filled up.
 *
 * @param limits at most so many of each kind; at least 1 is chosen
 */
export function chooseQuestionsPerImage(
  counts: Readonly<Record<Modality, QuestionCounts>>,
  limits: Readonly<Record<Modality, number>>,
): Record<Modality, number> {
  const choose = (modality: Modality): number => {
    const { prefix, rest, images } = counts[modality];
    if (prefix === 0) return 1;
    const most = [...images.keys()].reduce((a, b) => Math.max(a, b), 1);
    const tokens = (each: number): number =>
      [...images].reduce(
        (sum, [questions, count]) =>
          sum + count * Math.ceil(questions / each) * (prefix + each * rest),
        0,
      );
    let best = 1;
    for (let each = 2; each <= Math.min(most, limits[modality]); each++) {
      if (tokens(each) < tokens(best)) best = each;
    }
    return best;
  };
  return { slice: choose('slice'), volume: choose('volume') };
}

function increment<T>(counts: Map<T, number>, key: T): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
