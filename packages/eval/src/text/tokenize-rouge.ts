import { porterStem } from './porter-stemmer';

/** Stems seen so far, because reports repeat their words; bounded. */
const STEMS = new Map<string, string>();
const STEMS_LIMIT = 50_000;

/**
 * Words of a text as Google's rouge-score sees them: lower case, only a-z and 0-9; with stemming, words
 * of more than three letters lose their endings.
 *
 * @see https://github.com/google-research/google-research/tree/master/rouge
 */
export function tokenizeRouge(text: string, stemming = false): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stemming ? words.map((word) => (word.length > 3 ? cachedStem(word) : word)) : words;
}

/** {@link porterStem}, remembered. */
export function cachedStem(word: string): string {
  const known = STEMS.get(word);
  if (known !== undefined) return known;
  if (STEMS.size >= STEMS_LIMIT) STEMS.clear();
  const stem = porterStem(word);
  STEMS.set(word, stem);
  return stem;
}
