import type { TSchema } from '@sinclair/typebox';

/** A plain object. */
export type PlainObject = Record<string, unknown>;

/** True for objects that are neither null nor arrays. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Value at a dotted path, undefined when any part is missing. */
export function getAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (isPlainObject(value) ? value[key] : undefined), root);
}

/** A copy with the value at a dotted path replaced; parts that are missing are made. */
export function withValueAt(root: PlainObject, path: string, value: unknown): PlainObject {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...root, [key]: value };
  const child = isPlainObject(root[key]) ? root[key] : {};
  return { ...root, [key]: withValueAt(child, rest.join('.'), value) };
}

/** A copy without the value at a dotted path. */
export function withoutValueAt(root: PlainObject, path: string): PlainObject {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) {
    return Object.fromEntries(Object.entries(root).filter(([name]) => name !== key));
  }
  const child = root[key];
  return isPlainObject(child) ? { ...root, [key]: withoutValueAt(child, rest.join('.')) } : root;
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
