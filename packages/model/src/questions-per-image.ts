import type { Modality } from '@omnict/core';
import { type ImageQuestions, ofKind } from './batch';

/**
 * How many questions of an image go into a batch together, of each kind: the number that computes the
 * fewest tokens. More share the image's prefix, but images with fewer questions are filled up.
 *
 * @param limits at most so many of each kind; at least 1 is chosen
 */
export function chooseQuestionsPerImage(
  images: readonly ImageQuestions[],
  limits: Readonly<Record<Modality, number>>,
): Record<Modality, number> {
  const choose = (modality: Modality): number => {
    const own = ofKind(images, modality);
    const sequences = own.flatMap((questions) => questions.map(({ sequence }) => sequence));
    const prefix = sequences[0]?.prefixLength ?? 0;
    if (prefix === 0) return 1;
    const rest = Math.max(...sequences.map(({ ids }) => ids.length - prefix));
    const most = Math.max(...own.map(({ length }) => length));
    const tokens = (each: number): number =>
      own.reduce((sum, { length }) => sum + Math.ceil(length / each) * (prefix + each * rest), 0);
    let best = 1;
    for (let each = 2; each <= Math.min(most, limits[modality]); each++) {
      if (tokens(each) < tokens(best)) best = each;
    }
    return best;
  };
  return { slice: choose('slice'), volume: choose('volume') };
}
