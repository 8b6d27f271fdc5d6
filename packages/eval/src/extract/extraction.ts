/** What was found in a response, and by which rule. */
export interface Extraction<T extends string = string> {
  /** Null when the response does not say: it then counts as wrong, and is reported. */
  choice: T | null;
  /** Name of the rule that decided. */
  rule: string;
  /** Where in the response, as [begin, end). */
  span: readonly [begin: number, end: number] | null;
}

/** Nothing was found. */
export const NOTHING = { choice: null, rule: 'none', span: null } as const;

/** A, B, C, ... for the options in their order. */
export function optionLetter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Letters of so many options. */
export function optionLetters(count: number): string {
  return Array.from({ length: count }, (_, index) => optionLetter(index)).join('');
}

/** Text as a pattern that matches it and nothing else. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
