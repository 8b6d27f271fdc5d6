import type { Random } from '@omnict/core';
import { normalized } from '../words';
import { areSynonyms } from './synonyms';

/**
 * The right answer among wrong ones, in random order. What stands there already stays; wrong answers
 * that could pass for another option are left out.
 *
 * @param count options wanted; fewer when there are not enough wrong answers
 */
export function composeOptions(
  { answer, options = [answer] }: { answer: string; options?: readonly string[] | undefined },
  confounders: readonly string[],
  { count, random }: { count: number; random: Random },
): string[] {
  const chosen = options.includes(answer) ? [...options] : [...options, answer];
  for (const confounder of confounders) {
    if (chosen.length >= count) break;
    if (chosen.every((option) => areDistinct(option, confounder))) chosen.push(confounder);
  }
  return random.shuffle(chosen);
}

/** False when one answer could pass for the other: the same, a synonym, or a part of its words. */
export function areDistinct(a: string, b: string): boolean {
  const [first, second] = [normalized(a), normalized(b)];
  if (first === '' || second === '' || areSynonyms(first, second)) return false;
  const words = [first, second].map((text) => new Set(text.split(' ')));
  const [few, many] = words.sort((x, y) => x.size - y.size) as [Set<string>, Set<string>];
  return ![...few].every((word) => many.has(word));
}
