import { distance } from 'fastest-levenshtein';

/** `; did you mean 'x'?` for the nearest candidate, or their list when none is near. */
export function suggest(name: string, candidates: readonly string[]): string {
  const [nearest] = [...candidates].sort((a, b) => distance(name, a) - distance(name, b));
  if (nearest === undefined) return '';
  const isNear = distance(name, nearest) <= Math.max(2, nearest.length / 3);
  return isNear ? `did you mean '${nearest}'?` : `expected one of ${candidates.join(', ')}`;
}
