import type { TSchema } from '@sinclair/typebox';
import { suggest } from './nearest';
import { getAtKeys, isPlainObject, type PlainObject, withKeysSet, withoutKeys } from './paths';
import { readYaml } from './read-yaml';
import { isSwitchable, keysOfValue, withSwitches } from './switches';

/** A spec after the command line has changed it. */
export interface Overridden {
  value: PlainObject;
  /** Keys of each value that was set, and the override that did. */
  set: { keys: string[]; text: string }[];
  problems: string[];
}

/**
 * Applies overrides from the command line: `key=value` sets, `+key=value` adds what the spec does not
 * have yet, `~key` removes. Values are YAML. Keys of a sweep's config may leave `config.` out.
 *
 * @param schema of the spec: tells where a dotted key is a path of keys and where it is one key, as
 *   in `sweep.matrix.model.sce`
 */
export function applyOverrides(
  value: PlainObject,
  overrides: readonly string[],
  schema?: TSchema,
): Overridden {
  return overrides.reduce<Overridden>((state, text) => applyOne(state, text, schema), {
    value,
    set: [],
    problems: [],
  });
}

function applyOne(state: Overridden, text: string, schema: TSchema | undefined): Overridden {
  const fail = (problem: string): Overridden => ({
    ...state,
    problems: [...state.problems, `command line '${text}': ${problem}`],
  });
  const [, sign = '', path = '', content] = /^([+~]?)([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  const isRemoval = sign === '~';
  if (path === '' || isRemoval !== (content === undefined)) {
    return fail(
      `is no override; expected key=value, +key=value or ~key, for instance config.rate=0.1; a shell splits at blanks, so quote the whole: 'config.list=[1, 2]'`,
    );
  }
  if (path.split('.').includes('__proto__')) return fail(`'__proto__' is no key here`);
  const { keys, isFree } = splitPath(fromRoot(path, schema), schema);
  // Neighbours that set one key are what a shell makes of braces; elsewhere the later one wins.
  const before = state.set.at(-1);
  if (before !== undefined && before.keys.join('\0') === keys.join('\0')) {
    return fail(
      `'${before.text}' sets the same key; keep one (a shell makes two of ${path}={a,b}: quote the whole)`,
    );
  }
  const current = getAtKeys(state.value, keys);
  if (isRemoval) {
    if (current === undefined) {
      return fail(`~${path}: the spec has no such key; ${suggest(path, pathsOf(state.value))}`);
    }
    return { ...state, value: withoutKeys(state.value, keys) };
  }
  if (sign === '+' && current !== undefined) {
    return fail(`+${path}: is set already, to ${JSON.stringify(current)}; write ${path}=...`);
  }
  if (sign === '' && isFree && current === undefined) {
    return fail(
      `${path}: the spec has no such key; ${suggest(path, pathsOf(state.value))} To add it, write +${path}=...`,
    );
  }
  const { value, problems } = readYaml(content ?? '');
  const [wrong] = problems;
  if (wrong !== undefined) {
    return fail(
      `the value cannot be read as YAML: ${wrong.problem}; a shell splits at blanks and takes quotes off, so quote the whole: '${path}=[1, 2]'`,
    );
  }
  const setKeys = isSwitchable(schemaOf(keys, schema))
    ? keysOfValue(state.value, keys, value)
    : keys;
  return {
    ...state,
    value: withKeysSet(state.value, setKeys, withSwitches(value, schemaOf(setKeys, schema))),
    set: [...state.set, { keys, text }],
  };
}

/** Overrides may name a key of the config as axes do: `model.sce` stands for `config.model.sce`. */
function fromRoot(path: string, schema: TSchema | undefined): string {
  const [first = ''] = path.split('.');
  const propertiesOf = (part: TSchema | undefined): Record<string, TSchema> =>
    (part?.['properties'] as Record<string, TSchema> | undefined) ?? {};
  const properties = propertiesOf(schema);
  const isOfConfig = !(first in properties) && first in propertiesOf(properties['config']);
  return isOfConfig ? `config.${path}` : path;
}

/** Keys of a dotted path, and whether the last of them is the user's to choose. */
function splitPath(path: string, schema: TSchema | undefined): { keys: string[]; isFree: boolean } {
  const parts = path.split('.');
  const keys: string[] = [];
  let at: TSchema | undefined = schema;
  while (parts.length > 0) {
    const record = recordValue(at);
    if (record !== undefined) {
      if (isLeaf(record)) return { keys: [...keys, parts.join('.')], isFree: true };
      keys.push(parts.shift() as string);
      if (parts.length === 0) return { keys, isFree: true };
      at = record;
      continue;
    }
    const key = parts.shift() as string;
    keys.push(key);
    at =
      at?.['type'] === 'array'
        ? (at['items'] as TSchema | undefined)
        : (at?.['properties'] as Record<string, TSchema> | undefined)?.[key];
  }
  return { keys, isFree: false };
}

/** Schema at the end of a list of keys; undefined where the schema does not lead there. */
function schemaOf(keys: readonly string[], schema: TSchema | undefined): TSchema | undefined {
  return keys.reduce<TSchema | undefined>(
    (at, key) => (at?.['properties'] as Record<string, TSchema> | undefined)?.[key],
    schema,
  );
}

/** Schema of the values of a record; undefined for other schemas. */
function recordValue(schema: TSchema | undefined): TSchema | undefined {
  const patterns = schema?.['patternProperties'] as Record<string, TSchema> | undefined;
  return patterns === undefined ? undefined : Object.values(patterns)[0];
}

function isLeaf(schema: TSchema): boolean {
  return schema['type'] !== 'object';
}

function pathsOf(value: unknown, prefix = ''): string[] {
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    prefix + key,
    ...pathsOf(child, `${prefix}${key}.`),
  ]);
}
