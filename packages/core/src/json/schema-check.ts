import type * as AjvModule from 'ajv';
import { createRequire } from 'node:module';

/** One mistake that a {@link SchemaCheck} found. */
export type SchemaError = AjvModule.ErrorObject;

/** True for values that fit a schema; {@link SchemaCheck.errors} say why the last one does not. */
export interface SchemaCheck<T> {
  (value: unknown): value is T;
  /** All mistakes of the last value; null when it fits. */
  errors?: SchemaError[] | null;
}

/** How a {@link schemaCheck} treats a value. */
export interface SchemaCheckOptions {
  /** Missing fields take the schema's defaults, in place. */
  fillDefaults?: boolean;
}

/** Loaded and made when first needed: many commands check nothing, and all of them start faster. */
const validators = new Map<boolean, AjvModule.Ajv>();
const require = createRequire(import.meta.url);

function ajvOf(fillDefaults: boolean): AjvModule.Ajv {
  const known = validators.get(fillDefaults);
  if (known !== undefined) return known;
  const { Ajv } = require('ajv') as typeof AjvModule;
  const made = new Ajv({
    allErrors: true,
    useDefaults: fillDefaults,
    verbose: true,
    discriminator: true,
    strictSchema: false, // schemas of users may hold words of their own
    strictTypes: false,
    strictTuples: false,
  });
  validators.set(fillDefaults, made);
  return made;
}

/**
 * Returns a function that tells whether a value fits a JSON Schema, with all mistakes at once. The
 * schema is compiled at the first call.
 *
 * @example
 * ```ts
 * const isPoint = schemaCheck<{ x: number }>({ type: 'object', required: ['x'] });
 * if (!isPoint({})) console.log(isPoint.errors?.[0]?.message); // must have required property 'x'
 * ```
 */
export function schemaCheck<T>(
  schema: object,
  { fillDefaults = false }: SchemaCheckOptions = {},
): SchemaCheck<T> {
  const check: SchemaCheck<T> = (value): value is T => {
    const validate = ajvOf(fillDefaults).compile<T>(schema); // the same schema is compiled once
    const fits = validate(value);
    check.errors = validate.errors ?? null;
    return fits;
  };
  return check;
}
