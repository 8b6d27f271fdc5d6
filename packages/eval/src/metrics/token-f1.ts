/** Overlap of two texts' words. */
export interface TokenOverlap {
  f1: number;
  precision: number;
  recall: number;
}

/**
 * SQuAD's normalizer: lower case, ASCII punctuation and the articles a, an, the removed, blanks
 * collapsed.
 *
 * @see https://arxiv.org/abs/1606.05250
 */
export function normalizeAnswer(text: string): string {
  return text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, '')
    .replace(/\b(?:a|an|the)\b/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');
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

/** True when both texts are equal after SQuAD's normalization. */
export function exactMatch(prediction: string, reference: string): boolean {
  return normalizeAnswer(prediction) === normalizeAnswer(reference);
}

function words(text: string): string[] {
  const normalized = normalizeAnswer(text);
  return normalized === '' ? [] : normalized.split(' ');
}
