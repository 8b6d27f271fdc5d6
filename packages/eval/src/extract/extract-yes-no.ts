import type { Extraction } from './extract-choice';

/**
 * Whether a response says yes or no: the first word if it is one of them, else the only one of the
 * two that occurs as a word. `no` inside `nodule` or `normal` does not count.
 */
export function extractYesNo(response: string): Extraction<'yes' | 'no'> {
  const words = [...response.matchAll(/\b(yes|no)\b/gi)];
  const [first] = words;
  if (first === undefined) return { value: null, rule: 'none', span: null };
  const value = first[1]?.toLowerCase() === 'yes' ? 'yes' : 'no';
  const span = [first.index, first.index + first[0].length] as const;
  if (/^\W*$/.test(response.slice(0, first.index))) return { value, rule: 'first-word', span };
  const isOnly = new Set(words.map((match) => match[0].toLowerCase())).size === 1;
  return isOnly
    ? { value, rule: 'only-word', span }
    : { value: null, rule: 'ambiguous', span: null };
}
