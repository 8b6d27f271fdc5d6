import { raisedLimit } from '@omnict/core';
import { commonSubsequenceLength, commonSubsequencePositions } from '../text/common-subsequence';
import { tokenizeRouge } from '../text/tokenize-rouge';

/** Precision, recall and their harmonic mean, each in [0, 1]. */
export interface Overlap {
  precision: number;
  recall: number;
  f1: number;
}

/** Which ROUGE: n-grams, longest common subsequence, or the latter summed over lines. */
export type RougeKind = 'rouge-1' | 'rouge-2' | 'rouge-l' | 'rouge-lsum';

/** Options of {@link rouge}. */
export interface RougeOptions {
  /** Porter's stemmer on words of more than three letters. Default false, as in rouge-score. */
  stemming?: boolean;
}

/** Lines of a text that `rouge-lsum` takes apart. */
const MAX_LINES = 500;

const NO_OVERLAP: Overlap = { precision: 0, recall: 0, f1: 0 };

/**
 * ROUGE by the rules of Google's rouge-score: multisets of n-grams, plain F1. With several references
 * the one with the best F1 counts. `rouge-lsum` takes lines, not sentences, apart.
 *
 * @see Lin (2004); https://github.com/google-research/google-research/tree/master/rouge
 */
export function rouge(
  prediction: string,
  references: readonly string[],
  options: RougeOptions & { kind: RougeKind },
): Overlap {
  let best: Overlap | undefined;
  for (const reference of references) {
    const score = rougeOfPair(prediction, reference, options);
    if (best === undefined || score.f1 > best.f1) best = score;
  }
  return best ?? NO_OVERLAP;
}

function rougeOfPair(
  prediction: string,
  reference: string,
  { kind, stemming = false }: RougeOptions & { kind: RougeKind },
): Overlap {
  const tokens = (text: string): string[] => tokenizeRouge(text, stemming);
  switch (kind) {
    case 'rouge-1':
      return ngramOverlap(tokens(prediction), tokens(reference), 1);
    case 'rouge-2':
      return ngramOverlap(tokens(prediction), tokens(reference), 2);
    case 'rouge-l':
      return sequenceOverlap(tokens(prediction), tokens(reference));
    case 'rouge-lsum': {
      const [own, other] = [boundedLines(prediction), boundedLines(reference)];
      // Of one line each the union is the common subsequence itself, and its length is enough.
      return own.length === 1 && other.length === 1
        ? sequenceOverlap(tokens(prediction), tokens(reference))
        : summaryOverlap(own.map(tokens), other.map(tokens));
    }
  }
}

/**
 * Lines of a text. DEVIATION: what stands behind the 500th is one line more, for each line is compared with
 * each; reports have tens.
 */
function boundedLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const limit = raisedLimit(MAX_LINES);
  return lines.length <= limit ? lines : [...lines.slice(0, limit), lines.slice(limit).join(' ')];
}

function ngramOverlap(
  predicted: readonly string[],
  expected: readonly string[],
  order: number,
): Overlap {
  const counts = new Map<string, number>();
  const ngramAt = (words: readonly string[], index: number): string =>
    order === 1 ? (words[index] as string) : `${words[index]} ${words[index + 1]}`;
  const predictedCount = Math.max(predicted.length - order + 1, 0);
  const expectedCount = Math.max(expected.length - order + 1, 0);
  for (let index = 0; index < expectedCount; index++) {
    const ngram = ngramAt(expected, index);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  let common = 0;
  for (let index = 0; index < predictedCount; index++) {
    const ngram = ngramAt(predicted, index);
    const left = counts.get(ngram) ?? 0;
    if (left === 0) continue;
    counts.set(ngram, left - 1);
    common++;
  }
  return overlap(common, predictedCount, expectedCount);
}

function sequenceOverlap(predicted: readonly string[], expected: readonly string[]): Overlap {
  if (predicted.length === 0 || expected.length === 0) return NO_OVERLAP;
  const common = commonSubsequenceLength(expected, predicted);
  return overlap(common, predicted.length, expected.length);
}

/** Union of the common subsequences of each reference line with all predicted lines (Lin, Sec. 3.2). */
function summaryOverlap(
  predicted: readonly (readonly string[])[],
  expected: readonly (readonly string[])[],
): Overlap {
  const open = [predicted, expected].map((sentences) => {
    const counts = new Map<string, number>();
    for (const word of sentences.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  });
  const linesWith = linesByWord(predicted);
  const unions = new Map<string, number[]>();
  let hits = 0;
  for (const sentence of expected) {
    const key = sentence.join(' ');
    const union = unions.get(key) ?? unionOfPositions(sentence, linesWith);
    unions.set(key, union);
    for (const position of union) {
      const word = sentence[position] as string;
      // A word counts no more often than it stands in either text.
      if (!open.every((counts) => (counts.get(word) ?? 0) > 0)) continue;
      hits++;
      for (const counts of open) counts.set(word, (counts.get(word) as number) - 1);
    }
  }
  return overlap(hits, predicted.flat().length, expected.flat().length);
}

/** Different lines by the words that stand in them: others share nothing with a sentence. */
function linesByWord(lines: readonly (readonly string[])[]): Map<string, Set<readonly string[]>> {
  const different = new Map(lines.map((line) => [line.join(' '), line]));
  const found = new Map<string, Set<readonly string[]>>();
  for (const line of different.values()) {
    for (const word of line) {
      const known = found.get(word);
      if (known === undefined) found.set(word, new Set([line]));
      else known.add(line);
    }
  }
  return found;
}

/** Positions in a sentence, in order, of its common subsequences with all lines. */
function unionOfPositions(
  sentence: readonly string[],
  linesWith: ReadonlyMap<string, ReadonlySet<readonly string[]>>,
): number[] {
  const lines = new Set(sentence.flatMap((word) => [...(linesWith.get(word) ?? [])]));
  const union = new Set<number>();
  for (const line of lines) {
    for (const position of commonSubsequencePositions(sentence, line)) union.add(position);
  }
  return [...union].sort((a, b) => a - b);
}

function overlap(common: number, predicted: number, expected: number): Overlap {
  const precision = common / Math.max(predicted, 1);
  const recall = common / Math.max(expected, 1);
  return {
    precision,
    recall,
    f1: common === 0 ? 0 : (2 * precision * recall) / (precision + recall),
  };
}
