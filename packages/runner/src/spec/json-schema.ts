import type { TSchema } from '@sinclair/typebox';
import { CurationSchema } from '../curation/curation-schema';
import { isPlainObject, type PlainObject } from './paths';
import { SweepSchema } from './sweep-schema';

/**
 * JSON Schema of sweep files for editors, made from the schema that checks them.
 *
 * A file may leave to the specs it extends whatever it does not say itself, so only `schema` is
 * required here; what is missing after merging is reported by {@link validateSpec}.
 */
export function sweepJsonSchema(): Record<string, unknown> {
  return editorSchema(SweepSchema);
}

/** JSON Schema of curation files for editors; as with sweeps, the command line may say the rest. */
export function curationJsonSchema(): Record<string, unknown> {
  return editorSchema(CurationSchema);
}

/** As {@link sweepJsonSchema}, of any spec that can extend others. */
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
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutRequired(value)]));
}
