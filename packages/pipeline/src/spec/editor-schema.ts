import type { TSchema } from '@sinclair/typebox';
import { isPlainObject, type PlainObject } from './paths';
import { editorSwitches } from './switches';

/**
 * JSON Schema for editors of specs that can extend others, made from the schema that checks them.
 *
 * A file may leave to the specs it extends whatever it does not say itself, so only `schema` is
 * required here; what is missing after merging is reported when the spec is checked.
 */
export function editorSchema(source: TSchema): Record<string, unknown> {
  const schema = withoutRequired(JSON.parse(JSON.stringify(source))) as PlainObject;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    required: ['schema'],
  };
}

function withoutRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRequired);
  if (!isPlainObject(schema)) return schema;
  const { discriminator, ...rest } = schema; // known to Ajv, not to editors
  // Branches told apart by a property need that property, and nothing else.
  if (isPlainObject(discriminator) && Array.isArray(rest['oneOf'])) {
    const branches = rest['oneOf'].map((branch) => ({
      ...(withoutRequired(branch) as PlainObject),
      required: [discriminator['propertyName']],
    }));
    return { ...rest, oneOf: branches };
  }
  const kept = Object.entries(rest).filter(
    ([key, value]) => !(key === 'required' && Array.isArray(value)),
  );
  return editorSwitches(
    Object.fromEntries(kept.map(([key, value]) => [key, withoutRequired(value)])),
  );
}
