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
  const isInside = insideLonger(found, found);
  return found
    .filter((_, index) => !isInside[index])
    .sort((a, b) => a.begin - b.begin)
    .map((one) => ({ ...one, isDenied: isDenied(text, one.begin, one.end) }));
}

/** Letters of options that stand alone, those inside of an option's text (`hepatitis B`) left out. */
export function letterMentions(
  text: string,
  { count }: Options,
  texts: readonly Mention[],
): Mention[] {
  const letters = [...text.matchAll(LETTERS)].map((match) => ({
    index: letterIndex(match[0]),
    begin: match.index,
    end: match.index + match[0].length,
  }));
  const isInText = insideLonger(letters, texts);
  return letters.flatMap((letter, place) =>
    letter.index >= count || isInText[place]
      ? []
      : [{ ...letter, isDenied: isDenied(text, letter.begin, letter.end) }],
  );
}

/** Finds the option whose text a text begins with, the longest of several. */
export function textAtBegin(
  text: string,
  { patterns }: Options,
): { index: number; end: number } | undefined {
  let longest: { index: number; end: number } | undefined;
  for (const [index, pattern] of patterns.entries()) {
    const end = pattern === null ? 0 : lengthAtBegin(text, pattern);
    if (end > (longest?.end ?? 0)) longest = { index, end };
  }
  return longest;
}

/** Length of a pattern's match at a text's begin; elsewhere is not looked, since there may be much text. */
function lengthAtBegin(text: string, pattern: RegExp): number {
  return new RegExp(pattern.source, 'iuy').exec(text)?.[0].length ?? 0;
}

interface Span {
  begin: number;
  end: number;
}

/** For each span whether it lies in a longer one of others: in one pass over both, in order. */
function insideLonger(spans: readonly Span[], others: readonly Span[]): boolean[] {
  const inside = new Array<boolean>(spans.length).fill(false);
  const byBegin = [...others].sort((a, b) => a.begin - b.begin);
  const order = [...spans.keys()].sort((a, b) => beginOf(spans, a) - beginOf(spans, b));
  let next = 0;
  let endOfEarlier = -1;
  for (const index of order) {
    const { begin, end } = spans[index] as Span;
    for (; beginOf(byBegin, next) < begin; next++)
      endOfEarlier = Math.max(endOfEarlier, (byBegin[next] as Span).end);
    inside[index] = endOfEarlier >= end;
    for (let same = next; beginOf(byBegin, same) === begin && !inside[index]; same++)
      inside[index] = (byBegin[same] as Span).end > end;
  }
  return inside;
}

function beginOf(spans: readonly Span[], index: number): number {
  return spans[index]?.begin ?? Infinity;
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
