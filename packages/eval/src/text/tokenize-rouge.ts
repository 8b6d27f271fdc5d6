import { porterStem } from './porter-stemmer';

/** Stems seen so far, because reports repeat their words; bounded. */
const STEMS = new Map<string, string>();
const STEMS_LIMIT = 50_000;

/** The last texts, because each kind of ROUGE asks for the same ones in turn. */
const RECENT = new Map<string, string[]>();
const RECENT_LIMIT = 16;

/**
 * Words of a text as Google's rouge-score sees them: lower case, only a-z and 0-9; with stemming, words
 * of more than three letters lose their endings.
 *
 * @see https://github.com/google-research/google-research/tree/master/rouge
 */
export function tokenizeRouge(text: string, stemming = false): string[] {
  const key = stemming ? `stem ${text}` : `word ${text}`;
  const recent = RECENT.get(key);
  if (recent !== undefined) return recent;
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const tokens = stemming
    ? words.map((word) => (word.length > 3 ? cachedStem(word) : word))
    : [...words];
  if (RECENT.size >= RECENT_LIMIT) RECENT.clear();
  RECENT.set(key, tokens);
  return tokens;
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
