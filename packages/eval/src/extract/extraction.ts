/** What was found in a response, and by which rule. */
export interface Extraction<T extends string = string> {
  /** Null when the response does not say: it then counts as wrong, and is reported. */
  choice: T | null;
  /** Name of the rule that decided; `none` and `ambiguous` found nothing. */
  rule: string;
  /** Where in the response, as [begin, end). */
  span: readonly [begin: number, end: number] | null;
}

/** Nothing was found. */
export const NOTHING = { choice: null, rule: 'none', span: null } as const;

/** The response names several answers, or denies the one that it names. */
export const AMBIGUOUS = { choice: null, rule: 'ambiguous', span: null } as const;

const ALPHABET = 26;

/** A to Z for the options in their order, then AA, AB, ... as columns of a spreadsheet. */
export function optionLetter(index: number): string {
  const last = String.fromCharCode(65 + (index % ALPHABET));
  return index < ALPHABET ? last : optionLetter(Math.floor(index / ALPHABET) - 1) + last;
}

/** Position of a letter's option, the inverse of {@link optionLetter}; case does not matter. */
export function letterIndex(letter: string): number {
  return (
    [...letter.toUpperCase()].reduce((sum, sign) => sum * ALPHABET + sign.charCodeAt(0) - 64, 0) - 1
  );
}

/** Text as a pattern that matches it and nothing else. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
