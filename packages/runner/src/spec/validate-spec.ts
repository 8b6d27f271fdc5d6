import { ConfigError } from '@omnict/nn';
import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { suggest } from './nearest';
import { schemaPaths } from './paths';
import type { SpecSource } from './spec-source';
import { SweepSchema, type SweepSpec } from './sweep-schema';
import { TrialConfigSchema } from './trial-config';

const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true });
const validate = ajv.compile<SweepSpec>(SweepSchema);

/**
 * Checks a spec and fills in defaults.
 *
 * @throws ConfigError with all problems at once, one a line: `file:line:column: path: problem`
 */
export function validateSpec(source: SpecSource): SweepSpec {
  const value = structuredClone(source.value) as unknown;
  const problems: string[] = [];
  if (!validate(value))
    problems.push(...(validate.errors ?? []).flatMap((error) => describe(error, source)));
  problems.push(...axisProblems(source));
  if (problems.length > 0) throw new ConfigError([...new Set(problems)].join('\n'));
  return value as SweepSpec;
}

function describe(error: ErrorObject, source: SpecSource): string[] {
  const path = error.instancePath.split('/').slice(1);
  const line = (keys: readonly string[], problem: string): string[] => [
    `${source.locate(keys)}: ${keys.join('.') || 'spec'}: ${problem}`,
  ];
  const got = `got ${JSON.stringify(error.data)}`;
  switch (error.keyword) {
    case 'additionalProperties': {
      const { additionalProperty: key } = error.params as { additionalProperty: string };
      const known = Object.keys((error.parentSchema as TSchema)['properties'] as object);
      return line([...path, key], `unknown key; ${suggest(key, known)}`);
    }
    case 'required': {
      const { missingProperty: key } = error.params as { missingProperty: string };
      return line(path, `'${key}' is missing; add it`);
    }
    case 'const': // one branch of a union: the union itself reports
      return isBranch(error)
        ? []
        : line(
            path,
            `expected ${JSON.stringify((error.params as { allowedValue: unknown }).allowedValue)}, ${got}`,
          );
    case 'anyOf': {
      const names = (error.schema as TSchema[]).map((branch) => String(branch['const']));
      return line(
        path,
        `expected one of ${names.join(', ')}, ${got}; ${suggest(String(error.data), names)}`,
      );
    }
    default:
      return line(path, `${error.message ?? 'does not fit'}, ${got}; correct the value`);
  }
}

function isBranch({ schemaPath }: ErrorObject): boolean {
  return schemaPath.includes('/anyOf/');
}

/** Axis paths are strings to the schema: checked against what a trial's config allows. */
function axisProblems({ value, locate }: SpecSource): string[] {
  const known = schemaPaths(TrialConfigSchema);
  const sweep = (value['sweep'] ?? {}) as Record<string, unknown>;
  const axes: { path: readonly string[]; keys: readonly string[] }[] = [
    { path: ['sweep', 'matrix'], keys: keysOf(sweep['matrix']) },
    { path: ['sweep', 'baseline'], keys: keysOf(sweep['baseline']) },
    ...Object.entries(sweep['zip'] ?? {}).map(([name, group]) => ({
      path: ['sweep', 'zip', name],
      keys: keysOf(group),
    })),
    ...listOf(sweep['exclude']).map((item, index) => ({
      path: ['sweep', 'exclude', String(index)],
      keys: keysOf(item),
    })),
    ...listOf(sweep['include']).map((item, index) => ({
      path: ['sweep', 'include', String(index), 'set'],
      keys: keysOf((item as { set?: unknown } | null)?.set),
    })),
  ];
  return axes.flatMap(({ path, keys }) =>
    keys
      .filter((key) => !known.includes(key))
      .map(
        (key) =>
          `${locate([...path, key])}: ${[...path, key].join('.')}: no such config path; ${suggest(key, known)}`,
      ),
  );
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
