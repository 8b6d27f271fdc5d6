import { suggest } from './nearest';

/** Says what is wrong with a name at a config path; undefined when nothing is. */
export type NameCheck = (name: string) => string | undefined;

/** What is wrong with names at a config path; nothing for paths without a check. */
export function namedPartProblems(
  checks: Readonly<Record<string, NameCheck>>,
  path: string,
  value: unknown,
): string[] {
  const check = checks[path];
  if (check === undefined) return [];
  return (Array.isArray(value) ? value : [value])
    .filter((name): name is string => typeof name === 'string')
    .flatMap((name) => check(name) ?? []);
}

/** The problem of a name that is none of those there are; undefined when it is one. */
export function unknownName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  return `expected one of ${names.join(', ')}, got ${JSON.stringify(name)}; ${suggest(name, names)}`;
}
