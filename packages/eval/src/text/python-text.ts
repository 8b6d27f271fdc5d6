/**
 * @file Python's idea of blanks, words and lower case, so that texts fall apart as in the reference
 * libraries. JavaScript's `\s` also has U+FEFF and lacks U+001C to U+001F and U+0085; its `\w` and
 * `\b` know ASCII only.
 */

/** Inside of a character class: what Python's `str.isspace` and `\s` take for a blank. */
export const BLANKS =
  '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Inside of a character class with the `u` flag: what Python's `\w` matches. */
export const WORD_CHARACTERS = '\\p{L}\\p{N}_';

const BLANK_RUN = new RegExp(`[${BLANKS}]+`);
const BLANK = new RegExp(`^[${BLANKS}]$`);
const LEADING = new RegExp(`^[${BLANKS}]+`);

/** `text.split()` of Python: no empty words. */
export function splitWords(text: string): string[] {
  const words = text.split(BLANK_RUN);
  if (words[0] === '') words.shift();
  if (words.at(-1) === '') words.pop();
  return words;
}

/** `text.strip()` of Python. */
export function stripBlanks(text: string): string {
  return stripTrailing(text.replace(LEADING, ''));
}

/** `text.rstrip()` of Python. */
export function stripTrailing(text: string): string {
  return text.slice(0, beginOfRun(text, BLANK));
}

/**
 * Begin of the run of characters that ends at a place. A pattern such as `[x]+$` would try each run
 * of the text to its end, which takes quadratic time.
 *
 * @param character matches one UTF-16 unit of the run
 * @param end of the run; default the text's
 */
export function beginOfRun(text: string, character: RegExp, end = text.length): number {
  let begin = end;
  while (begin > 0 && character.test(text[begin - 1] as string)) begin--;
  return begin;
}
