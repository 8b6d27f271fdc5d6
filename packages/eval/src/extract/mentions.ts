import { isDenied } from './denial';
import { escapeRegExp, letterIndex } from './extraction';
import { normalizeText } from './normalize-text';

/** An option named in a text, by its letter or its own text. */
export interface Mention {
  /** Position of the option. */
  index: number;
  begin: number;
  end: number;
  isDenied: boolean;
}

/** A letter or digit of a script that puts blanks between words. */
export const WORD = '(?:(?![\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}])[\\p{L}\\p{N}\\p{M}_])';

/** Words after a capital A or I that leave it a letter of an option: other small words make it a word. */
const AFTER_LETTER = 'or|and|is|was|because|since|as|seems|would';

/** Pattern of an option's letter, with bounds; small letters are words too often to count. */
export const LETTER = `(?<!${WORD}|${WORD}')([A-Z]{1,2})(?!'?${WORD})(?!(?<=(?<!${WORD})[AI]) (?!(?:${AFTER_LETTER})\\b)\\p{Ll})(?!(?<=(?<!${WORD})I), \\p{Ll})`;

const LETTERS = new RegExp(LETTER, 'gu');

/** Options of a question, ready to be looked for. */
export interface Options {
  count: number;
  /** In one spelling and lower case; empty when texts are not known. */
  texts: readonly string[];
  /** Finds one option's text; null for empty ones. */
  patterns: readonly (RegExp | null)[];
}

/** Prepares options. @param options their texts, or how many there are */
export function prepareOptions(options: readonly string[] | number): Options {
  if (typeof options === 'number') return { count: options, texts: [], patterns: [] };
  const texts = options.map((option) => normalizeText(option).text.toLowerCase());
  return { count: options.length, texts, patterns: texts.map(textPattern) };
}

/** Options' own texts that occur, the longest where one lies in another: `left lower lobe`, not `lower lobe`. */
export function textMentions(text: string, { patterns }: Options): Mention[] {
  const found = patterns.flatMap((pattern, index) =>
    pattern === null
      ? []
      : [...text.matchAll(pattern)].map((match) => ({
          index,
          begin: match.index,
          end: match.index + match[0].length,
        })),
  );
  return found
    .filter(
      (one) =>
        !found.some(
          (other) =>
            other.begin <= one.begin &&
            other.end >= one.end &&
            other.end - other.begin > one.end - one.begin,
        ),
    )
    .sort((a, b) => a.begin - b.begin)
    .map((one) => ({ ...one, isDenied: isDenied(text, one.begin, one.end) }));
}

/** Letters of options that stand alone, those inside of an option's text (`hepatitis B`) left out. */
export function letterMentions(
  text: string,
  { count }: Options,
  texts: readonly Mention[],
): Mention[] {
  return [...text.matchAll(LETTERS)].flatMap((match) => {
    const index = letterIndex(match[0]);
    const [begin, end] = [match.index, match.index + match[0].length];
    const isInText = texts.some(
      (other) => other.begin <= begin && other.end >= end && other.end - other.begin > end - begin,
    );
    if (index >= count || isInText) return [];
    return [{ index, begin, end, isDenied: isDenied(text, begin, end) }];
  });
}

/** A number as an option is not part of a longer one: `5` lies neither in `2.5` nor in `-5`. */
function textPattern(text: string): RegExp | null {
  if (text === '') return null;
  const startsWithNumber = /^\p{N}/u.test(text);
  const before = `(?<!${WORD}${startsWithNumber ? `|\\p{N}[.,]|(?<!${WORD} ?)-` : ''})`;
  const after = `(?!${WORD}${/\p{N}$/u.test(text) ? '|[.,]\\p{N}' : ''})`;
  const startsInside = new RegExp(`^${WORD}`, 'u').test(text) ? before : '';
  const endsInside = new RegExp(`${WORD}$`, 'u').test(text) ? after : '';
  return new RegExp(`${startsInside}${escapeRegExp(text)}${endsInside}`, 'giu');
}
