import { tokenize13a } from '../text/tokenize-13a';

/** How a precision of 0 is kept from making the whole score 0 (Chen and Cherry, 2014). */
export type BleuSmoothing = 'none' | 'floor' | 'add-k' | 'exp';

/** Which BLEU. */
export interface BleuOptions {
  /** Longest n-gram, 1 to 4. Default 4. */
  maxOrder?: number;
  /** Default `exp`, as in sacrebleu. */
  smoothing?: BleuSmoothing;
  /** Default 0.1 for `floor`, 1 for `add-k`. */
  smoothingValue?: number;
  /** Leaves out orders that the prediction is too short for. Default: for sentences only. */
  effectiveOrder?: boolean;
  /** Default {@link tokenize13a}. */
  tokenize?: (text: string) => string[];
}

/** Counts that add up over a corpus. */
export interface BleuStatistics {
  predictionLength: number;
  /** Of the reference closest in length. */
  referenceLength: number;
  /** Matched n-grams by order, from 1 on. */
  matches: number[];
  /** The prediction's n-grams by order. */
  totals: number[];
}

const SMOOTHING_VALUES = { none: 0, exp: 0, floor: 0.1, 'add-k': 1 } as const;

/**
 * BLEU of one prediction, in [0, 1]; sacrebleu's `sentence_bleu`, which scales to 100.
 *
 * @see Papineni et al. (2002); sacrebleu 2.6
 */
export function sentenceBleu(
  prediction: string,
  references: readonly string[],
  options: BleuOptions = {},
): number {
  return bleuFromStatistics(bleuStatistics(prediction, references, options), {
    effectiveOrder: true,
    ...options,
  });
}

/** BLEU of a corpus, in [0, 1]: counts are summed before precisions are taken, so it is no mean. */
export function corpusBleu(
  pairs: Iterable<{ prediction: string; references: readonly string[] }>,
  options: BleuOptions = {},
): number {
  const sum = emptyStatistics(options.maxOrder ?? 4);
  for (const { prediction, references } of pairs) {
    addStatistics(sum, bleuStatistics(prediction, references, options));
  }
  return bleuFromStatistics(sum, options);
}

/** Counts of one prediction. With several references an n-gram may match as often as in any of them. */
export function bleuStatistics(
  prediction: string,
  references: readonly string[],
  { maxOrder = 4, tokenize = tokenize13a }: BleuOptions = {},
): BleuStatistics {
  const words = tokenize(prediction);
  const expected = references.map(tokenize);
  const statistics = emptyStatistics(maxOrder);
  statistics.predictionLength = words.length;
  statistics.referenceLength = closestLength(words.length, expected);
  for (let order = 1; order <= Math.min(maxOrder, words.length); order++) {
    statistics.totals[order - 1] = words.length - order + 1;
    statistics.matches[order - 1] = countMatches(words, expected, order);
  }
  return statistics;
}

/** Adds the second to the first. */
function addStatistics(sum: BleuStatistics, more: BleuStatistics): void {
  sum.predictionLength += more.predictionLength;
  sum.referenceLength += more.referenceLength;
  sum.matches.forEach((count, index) => (sum.matches[index] = count + (more.matches[index] ?? 0)));
  sum.totals.forEach((count, index) => (sum.totals[index] = count + (more.totals[index] ?? 0)));
}

/** Statistics of nothing. */
function emptyStatistics(maxOrder: number): BleuStatistics {
  return {
    predictionLength: 0,
    referenceLength: 0,
    matches: new Array<number>(maxOrder).fill(0),
    totals: new Array<number>(maxOrder).fill(0),
  };
}

/** BLEU in [0, 1] from counts: brevity penalty times the geometric mean of the precisions. */
export function bleuFromStatistics(
  { predictionLength, referenceLength, matches, totals }: BleuStatistics,
  { smoothing = 'exp', smoothingValue, effectiveOrder = false }: BleuOptions = {},
): number {
  if (!matches.some((count) => count > 0)) return 0;
  const value = smoothingValue ?? SMOOTHING_VALUES[smoothing];
  let halving = 1;
  let orders = matches.length;
  let logarithms = 0;
  for (const [index, count] of matches.entries()) {
    const added = smoothing === 'add-k' && index > 0 ? value : 0;
    const total = (totals[index] ?? 0) + added;
    if (total === 0) {
      // Without n-grams of this order nothing is defined: either the order is left out, or all is 0.
      if (!effectiveOrder) return 0;
      break;
    }
    if (effectiveOrder) orders = index + 1;
    let matched = count + added;
    if (matched === 0 && smoothing === 'exp') matched = 1 / (halving *= 2);
    if (matched === 0 && smoothing === 'floor') matched = value;
    if (matched === 0) return 0;
    logarithms += Math.log(matched / total);
  }
  return brevityPenalty(predictionLength, referenceLength) * Math.exp(logarithms / orders);
}

function brevityPenalty(predictionLength: number, referenceLength: number): number {
  if (predictionLength >= referenceLength) return 1;
  return predictionLength > 0 ? Math.exp(1 - referenceLength / predictionLength) : 0;
}

/** Of two equally close ones the shorter. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  let closest = references[0]?.length ?? 0;
  for (const { length: other } of references) {
    const difference = Math.abs(other - length) - Math.abs(closest - length);
    if (difference < 0 || (difference === 0 && other < closest)) closest = other;
  }
  return closest;
}

function countMatches(
  words: readonly string[],
  references: readonly (readonly string[])[],
  order: number,
): number {
  const allowed = new Map<string, number>();
  for (const reference of references) {
    const counts = references.length === 1 ? allowed : new Map<string, number>();
    for (let index = 0; index + order <= reference.length; index++) {
      const ngram = ngramAt(reference, index, order);
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
    if (counts === allowed) continue;
    for (const [ngram, count] of counts) {
      allowed.set(ngram, Math.max(count, allowed.get(ngram) ?? 0));
    }
  }
  let matched = 0;
  for (let index = 0; index + order <= words.length; index++) {
    const ngram = ngramAt(words, index, order);
    const left = allowed.get(ngram) ?? 0;
    if (left === 0) continue;
    allowed.set(ngram, left - 1);
    matched++;
  }
  return matched;
}

/** Words have no blanks inside, so joining them by one is unambiguous. */
function ngramAt(words: readonly string[], index: number, order: number): string {
  let ngram = words[index] as string;
  for (let next = index + 1; next < index + order; next++) ngram += ` ${words[next]}`;
  return ngram;
}
