import { type Extraction, NOTHING } from './extraction';

/**
 * Whether a response says yes or no: the first word if it is one of them, else the only one of the
 * two that occurs as a word. `no` inside `nodule` or `normal` does not count.
 */
export function extractYesNo(response: string): Extraction<'yes' | 'no'> {
  const words = [...response.matchAll(/(?<![\p{L}\p{N}_])(yes|no)(?![\p{L}\p{N}_])/giu)];
  const [first] = words;
  if (first === undefined) return NOTHING;
  const choice = first[1]?.toLowerCase() === 'yes' ? 'yes' : 'no';
  const span = [first.index, first.index + first[0].length] as const;
  if (/^[^\p{L}\p{N}_]*$/u.test(response.slice(0, first.index)))
    return { choice, rule: 'first-word', span };
  const isOnly = new Set(words.map((match) => match[0].toLowerCase())).size === 1;
  return isOnly
    ? { choice, rule: 'only-word', span }
    : { choice: null, rule: 'ambiguous', span: null };
}
