/** Control characters, and those that turn the direction of text: a terminal obeys them. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Writes out what a terminal would obey: text of files, servers and names that is shown to people.
 *
 * @param keep characters that stay, for instance '\n' in a message of several lines
 * @example printable('a\u001b[2J') // 'a\\u001b[2J'
 */
export function printable(text: string, keep = ''): string {
  return text.replace(UNPRINTABLE, (character) =>
    keep.includes(character)
      ? character
      : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
