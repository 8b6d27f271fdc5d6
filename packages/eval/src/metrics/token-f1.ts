import { splitWords, WORD_CHARACTERS } from '../text/python-text';

/** Overlap of two texts' words. */
export interface TokenOverlap {
  f1: number;
  precision: number;
  recall: number;
}

const ARTICLE = new RegExp(`(?<![${WORD_CHARACTERS}])(?:a|an|the)(?![${WORD_CHARACTERS}])`, 'gu');

/**
 * SQuAD's normalizer: lower case, ASCII punctuation and the articles a, an, the removed, blanks
 * collapsed.
 *
 * @see https://arxiv.org/abs/1606.05250
 */
export function normalizeAnswer(text: string): string {
  return words(text).join(' ');
}

/** Token precision, recall and F1 over multisets of normalized words; 1 when both are empty. */
export function tokenF1(prediction: string, reference: string): TokenOverlap {
  const predicted = words(prediction);
  const expected = words(reference);
  if (predicted.length === 0 || expected.length === 0) {
    const same = predicted.length === expected.length ? 1 : 0;
    return { f1: same, precision: same, recall: same };
  }
  const open = new Map<string, number>();
  for (const word of expected) open.set(word, (open.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of predicted) {
    const left = open.get(word) ?? 0;
    if (left === 0) continue;
    open.set(word, left - 1);
    common++;
  }
  const precision = common / predicted.length;
  const recall = common / expected.length;
  return {
    f1: common === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    precision,
    recall,
  };
}

/** Overlap with the reference that gives the best F1. */
export function bestTokenF1(prediction: string, references: readonly string[]): TokenOverlap {
  return references
    .map((reference) => tokenF1(prediction, reference))
    .reduce((best, overlap) => (overlap.f1 > best.f1 ? overlap : best), {
      f1: 0,
      precision: 0,
      recall: 0,
    });
}

function words(text: string): string[] {
  const plain = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, '');
  return splitWords(plain.replace(ARTICLE, ' '));
}
