import type { TSchema } from '@sinclair/typebox';
import { getAtKeys, isPlainObject, type PlainObject } from './paths';

/** Key that switches a section: where the schema has it, `section: false` is short for it. */
const SWITCH = 'enabled';

/** True for the schema of a section that may be written as `true` or `false`. */
export function isSwitchable(schema: TSchema | undefined): boolean {
  const properties = (schema?.['properties'] ?? {}) as Record<string, TSchema>;
  return Object.hasOwn(properties, SWITCH) && properties[SWITCH]?.['type'] === 'boolean';
}

/** A value in which `section: false` is written out, as `section: { enabled: false }`. */
export function withSwitches(value: unknown, schema: TSchema | undefined): unknown {
  if (typeof value === 'boolean' && isSwitchable(schema)) return { [SWITCH]: value };
  const properties = schema?.['properties'] as Record<string, TSchema> | undefined;
  if (properties === undefined || !isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      withSwitches(child, Object.hasOwn(properties, key) ? properties[key] : undefined),
    ]),
  );
}

/** Keys that a value is set at: those of the switch where a section is set to `true` or `false`. */
export function keysOfValue(root: unknown, keys: readonly string[], value: unknown): string[] {
  const isShort = typeof value === 'boolean' && isPlainObject(getAtKeys(root, keys));
  return isShort ? [...keys, SWITCH] : [...keys];
}

/** A schema for editors in which sections that can be switched may be `true` or `false`. */
export function editorSwitches(schema: PlainObject): PlainObject {
  return isSwitchable(schema as unknown as TSchema)
    ? { anyOf: [{ type: 'boolean' }, schema] }
    : schema;
}
