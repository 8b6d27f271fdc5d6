import { closest } from 'fastest-levenshtein';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Names listed of each kind of mismatch. */
const LISTED = 5;

/**
 * What keeps tensors from fitting parameters, in words.
 *
 * @param expected shape by name of each parameter @param found shape by name of each tensor
 * @returns undefined when all fit
 */
export function describeMismatch(expected: Shapes, found: Shapes): string | undefined {
  const unexpected = [...found.keys()].filter((name) => !expected.has(name));
  const missing = [...expected].filter(([name]) => !found.has(name));
  const reshaped = [...expected].filter(([name, shape]) => {
    const other = found.get(name);
    return other !== undefined && other.join() !== shape.join();
  });
  const parts = [
    list('missing', missing, ([name, shape]) => {
      const hint = unexpected.length === 0 ? '' : `, nearest is '${closest(name, unexpected)}'`;
      return `'${name}' [${shape.join(', ')}]${hint}`;
    }),
    list(
      'of another shape',
      reshaped,
      ([name, shape]) =>
        `'${name}' expected [${shape.join(', ')}], got [${(found.get(name) ?? []).join(', ')}]`,
    ),
    list('unexpected', unexpected, (name) => `'${name}'`),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('. ');
}

function list<T>(
  kind: string,
  items: readonly T[],
  describe: (item: T) => string,
): string | undefined {
  if (items.length === 0) return undefined;
  const shown = items.slice(0, LISTED).map(describe).join('; ');
  const rest = items.length > LISTED ? `; and ${items.length - LISTED} more` : '';
  return `${items.length} ${kind}: ${shown}${rest}`;
}
