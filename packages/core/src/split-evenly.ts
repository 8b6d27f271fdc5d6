/**
 * Splits a list into as few parts of at most `most` items as can be, of nearly one size.
 *
 * @param most at least 1
 */
export function splitEvenly<T>(items: readonly T[], most: number): T[][] {
  const count = Math.ceil(items.length / most);
  const begin = (part: number): number => Math.floor((part * items.length) / count);
  return Array.from({ length: count }, (_, part) => items.slice(begin(part), begin(part + 1)));
}
