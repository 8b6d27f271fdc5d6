import type { TSchema } from '@sinclair/typebox';
import type { SchemaError } from '@omnict/core';
import { suggest } from './nearest';
import { quotingHint } from './quoting-hint';
import type { SpecSource } from './spec-source';
import { isSwitchable } from './switches';

/** A mistake and the keys that lead to it. */
export interface ProblemPlace {
  keys: readonly string[];
  problem: string;
}

/** Findings that name what is allowed, the most telling first; of others of one value the first is told. */
const TELLING = ['const', 'enum', 'anyOf', 'discriminator'];
/** Findings about keys of a value: each is a mistake of its own. */
const OF_KEYS = ['additionalProperties', 'required'];

/**
 * What findings of the schema mean to the user, each as `file:line:column: path: problem`: one for each
 * value, since one that is no string is none of the allowed texts either.
 *
 * @param prefix keys that lead to the value that was checked
 */
export function schemaProblems(
  errors: readonly SchemaError[] | null | undefined,
  source: Pick<SpecSource, 'locate' | 'overrideOf'>,
  prefix: readonly string[] = [],
): string[] {
  const told = new Map<string, SchemaError>();
  for (const error of errors ?? []) {
    if (OF_KEYS.includes(error.keyword)) continue;
    const isInBranch = error.keyword === 'const' && error.schemaPath.includes('/anyOf/');
    const known = told.get(error.instancePath);
    if (isInBranch || (known !== undefined && rankOf(known) <= rankOf(error))) continue;
    told.set(error.instancePath, error);
  }
  return (errors ?? [])
    .filter((error) => OF_KEYS.includes(error.keyword) || told.get(error.instancePath) === error)
    .flatMap((error) => problemTexts(error, source, prefix));
}

/** Adds problems to those that the schema found, but for what follows from one at the same place. */
export function withFurtherProblems(
  found: readonly string[],
  further: readonly string[],
): string[] {
  const placeOf = (problem: string): string => problem.split(': ').slice(0, 2).join(': ');
  const told = new Set(found.map(placeOf));
  return [...new Set([...found, ...further.filter((problem) => !told.has(placeOf(problem)))])];
}

/** Place in the order of what tells most. */
function rankOf({ keyword }: SchemaError): number {
  const place = TELLING.indexOf(keyword);
  return place < 0 ? TELLING.length : place;
}

function problemTexts(
  error: SchemaError,
  source: Pick<SpecSource, 'locate' | 'overrideOf'>,
  prefix: readonly string[],
): string[] {
  const path = [...prefix, ...error.instancePath.split('/').slice(1).map(unescaped)];
  const hint = quotingHint(error, source.overrideOf?.(path));
  return problemsAt(error, path).map(
    ({ keys, problem }) => `${source.locate(keys)}: ${keys.join('.') || 'spec'}: ${problem}${hint}`,
  );
}

function problemsAt(error: SchemaError, path: readonly string[]): ProblemPlace[] {
  const got = `got ${JSON.stringify(error.data)}`;
  switch (error.keyword) {
    case 'additionalProperties': {
      const { additionalProperty: key } = error.params as { additionalProperty: string };
      const { properties, patternProperties } = error.parentSchema as TSchema;
      if (properties === undefined && patternProperties !== undefined) {
        return [{ keys: [...path, key], problem: 'is no name that may be set here; remove it' }];
      }
      const known = Object.keys((properties ?? {}) as object);
      return [{ keys: [...path, key], problem: `unknown key; ${suggest(key, known)}` }];
    }
    case 'required': {
      const { missingProperty: key } = error.params as { missingProperty: string };
      return [{ keys: path, problem: `'${key}' is missing; add it` }];
    }
    case 'const': {
      const { allowedValue } = error.params as { allowedValue: unknown };
      return [{ keys: path, problem: `expected ${JSON.stringify(allowedValue)}, ${got}` }];
    }
    case 'type': {
      if (!isSwitchable(error.parentSchema as TSchema)) break;
      return [{ keys: path, problem: `expected true, false or a section, ${got}` }];
    }
    case 'minItems': {
      const { limit } = error.params as { limit: number };
      const values = limit === 1 ? 'one value' : `${limit} values`;
      return [{ keys: path, problem: `expected at least ${values}, ${got}; add what is missing` }];
    }
    case 'anyOf': {
      const names = (error.schema as TSchema[]).map((branch) =>
        String(branch['const'] ?? branch['type'] ?? 'another form'),
      );
      const problem = `expected one of ${names.join(', ')}, ${got}; ${suggest(String(error.data), names)}`;
      return [{ keys: path, problem }];
    }
    case 'discriminator': {
      const { tag, tagValue } = error.params as { tag: string; tagValue: unknown };
      const branches = (error.parentSchema as { oneOf: TSchema[] }).oneOf;
      const names = branches.map(({ properties }) =>
        String((properties as Record<string, TSchema>)[tag]?.['const']),
      );
      const problem = `expected one of ${names.join(', ')}, got ${JSON.stringify(tagValue)}; ${suggest(String(tagValue), names)}`;
      return [{ keys: [...path, tag], problem }];
    }
  }
  return [{ keys: path, problem: `${error.message ?? 'does not fit'}, ${got}; correct the value` }];
}

/** JSON pointers write / as ~1 and ~ as ~0. */
function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
