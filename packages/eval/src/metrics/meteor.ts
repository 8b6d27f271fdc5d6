import { cachedStem } from '../text/tokenize-rouge';
import { tokenizeWords } from '../text/tokenize-treebank';
import type { WordNet } from '../text/wordnet';

/** Which METEOR. */
export interface MeteorOptions {
  /** Without it only equal words and equal stems match: a smaller number, so name it differently. */
  wordnet?: Pick<WordNet, 'synonyms'>;
  /** Default {@link tokenizeWords}. */
  tokenize?: (text: string) => string[];
  /** Weight of precision in the mean. Default 0.9. */
  alpha?: number;
  /** Exponent of the fragmentation. Default 3. */
  beta?: number;
  /** Weight of the penalty. Default 0.5. */
  gamma?: number;
}

type Match = readonly [predicted: number, expected: number];

/** Words that are still free, in order. */
interface Free {
  position: number;
  word: string;
}

/**
 * METEOR by NLTK's rules, in [0, 1]: words match when equal, then by stem, then by WordNet's synonyms
 * of the prediction's stem; each takes the last free place from the end. Of several references the best
 * counts. Equal texts score a little below 1, because one chunk is still a chunk.
 *
 * @see Lavie and Agarwal (2007); NLTK's `meteor_score`
 */
export function meteor(
  prediction: string,
  references: readonly string[],
  options: MeteorOptions = {},
): number {
  const { tokenize = tokenizeWords } = options;
  const words = tokenize(prediction).map(lowerCase);
  return references.reduce(
    (best, reference) =>
      Math.max(best, scoreOfPair(words, tokenize(reference).map(lowerCase), options)),
    0,
  );
}

function scoreOfPair(
  predicted: readonly string[],
  expected: readonly string[],
  { wordnet, alpha = 0.9, beta = 3, gamma = 0.5 }: MeteorOptions,
): number {
  const matches = align(predicted, expected, wordnet);
  if (matches.length === 0) return 0;
  const precision = matches.length / predicted.length;
  const recall = matches.length / expected.length;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  const penalty = gamma * (countChunks(matches) / matches.length) ** beta;
  return (1 - penalty) * mean;
}

function align(
  predicted: readonly string[],
  expected: readonly string[],
  wordnet: MeteorOptions['wordnet'],
): Match[] {
  const matches: Match[] = [];
  let free = predicted.map((word, position): Free => ({ word, position }));
  let open = expected.map((word, position): Free => ({ word, position }));
  const stage = (candidates: (word: string) => Iterable<string>): void => {
    [free, open] = matchStage(free, open, { candidates, matches });
  };
  stage((word) => [word]);
  if (free.length > 0 && open.length > 0) {
    [free, open] = [free.map(stemmed), open.map(stemmed)];
    stage((word) => [word]);
  }
  // As in NLTK, synonyms are looked up for stems, because stems are what the stage before leaves.
  if (wordnet !== undefined && free.length > 0 && open.length > 0) {
    stage((word) => wordnet.synonyms(word));
  }
  return matches.sort(([a], [b]) => a - b);
}

/** Matches from the end of the prediction; each word takes the last free place of its candidates. */
function matchStage(
  free: readonly Free[],
  open: readonly Free[],
  { candidates, matches }: { candidates: (word: string) => Iterable<string>; matches: Match[] },
): [Free[], Free[]] {
  const places = new Map<string, number[]>();
  for (const { word, position } of open) {
    const known = places.get(word);
    if (known === undefined) places.set(word, [position]);
    else known.push(position);
  }
  const taken = new Set<number>();
  const rest: Free[] = [];
  for (const own of [...free].reverse()) {
    let best: number[] | undefined;
    for (const word of candidates(own.word)) {
      const last = places.get(word);
      const place = last?.at(-1);
      if (place !== undefined && place > (best?.at(-1) ?? -1)) best = last;
    }
    const place = best?.pop();
    if (place === undefined) rest.push(own);
    else {
      matches.push([own.position, place]);
      taken.add(place);
    }
  }
  return [rest.reverse(), open.filter(({ position }) => !taken.has(position))];
}

/** Runs of matches that are neighbours in both texts. */
function countChunks(matches: readonly Match[]): number {
  let chunks = 1;
  for (let index = 1; index < matches.length; index++) {
    const [predicted, expected] = matches[index] as Match;
    const [before, expectedBefore] = matches[index - 1] as Match;
    if (predicted !== before + 1 || expected !== expectedBefore + 1) chunks++;
  }
  return chunks;
}

function stemmed({ word, position }: Free): Free {
  return { word: cachedStem(word), position };
}

function lowerCase(word: string): string {
  return word.toLowerCase();
}
