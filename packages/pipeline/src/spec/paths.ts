import { type TSchema, Type } from '@sinclair/typebox';

const ANYTHING = Type.Unknown();

/** A plain object. */
export type PlainObject = Record<string, unknown>;

/** True for objects that are neither null nor arrays. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Value at the end of a list of keys, indices of lists included; undefined when there is none. */
export function getAtKeys(root: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
}

/** A copy with the value at the end of a list of keys replaced; parts that are missing are made. */
export function withKeysSet(
  root: PlainObject,
  keys: readonly string[],
  value: unknown,
): PlainObject {
  const [key, ...rest] = keys as readonly [string, ...string[]];
  const child = root[key];
  if (rest.length === 0) return { ...root, [key]: value };
  if (Array.isArray(child)) {
    const changed = withKeysSet({ ...child } as unknown as PlainObject, rest, value);
    return { ...root, [key]: Object.values(changed) };
  }
  return { ...root, [key]: withKeysSet(isPlainObject(child) ? child : {}, rest, value) };
}

/** A copy without the value at the end of a list of keys. */
export function withoutKeys(root: PlainObject, keys: readonly string[]): PlainObject {
  const [key, ...rest] = keys as readonly [string, ...string[]];
  if (rest.length === 0) {
    return Object.fromEntries(Object.entries(root).filter(([name]) => name !== key));
  }
  const child = root[key];
  if (Array.isArray(child)) {
    const changed = withoutKeys({ ...child } as unknown as PlainObject, rest);
    return { ...root, [key]: Object.values(changed) };
  }
  return isPlainObject(child) ? { ...root, [key]: withoutKeys(child, rest) } : root;
}

/** Deep merge: objects merge, everything else, lists too, is replaced. */
export function mergeDeep(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const merged: PlainObject = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = mergeDeep(base[key], value);
  return merged;
}

/** Every dotted path a schema allows, inner objects included. */
export function schemaPaths(schema: TSchema, prefix = ''): string[] {
  const properties = (schema['properties'] ?? {}) as Record<string, TSchema>;
  return Object.entries(properties).flatMap(([key, child]) => [
    prefix + key,
    ...schemaPaths(child, `${prefix}${key}.`),
  ]);
}

/**
 * Schema of a dotted path; undefined when there is no such path. Below an object of properties that
 * are the user's to choose (`additionalProperties: true`), any path has the schema that allows all.
 */
export function schemaAt(root: TSchema, path: string): TSchema | undefined {
  let schema = root;
  for (const key of path.split('.')) {
    const properties = (schema['properties'] ?? {}) as Record<string, TSchema>;
    const child = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (child === undefined) return schema['additionalProperties'] === true ? ANYTHING : undefined;
    schema = child;
  }
  return schema;
}
