import { taskJsonSchemas } from '@omnict/eval';
import { editorSchema } from '@omnict/pipeline';
import { curationJsonSchema, sweepJsonSchema } from '../spec/json-schema';
import { EvalSpecSchema } from './eval-spec';

/** Files whose JSON Schema editors can use. */
export const SCHEMA_NAMES = ['sweep', 'curation', 'eval', 'task', 'table'] as const;

/** JSON Schema of one kind of file, made from the schema that checks it. */
export function jsonSchemaOf(name: (typeof SCHEMA_NAMES)[number]): Record<string, unknown> {
  const draft = { $schema: 'http://json-schema.org/draft-07/schema#' };
  const { task, table } = taskJsonSchemas();
  switch (name) {
    case 'sweep':
      return sweepJsonSchema();
    case 'curation':
      return curationJsonSchema();
    case 'eval':
      return editorSchema(EvalSpecSchema);
    case 'task':
      return { ...draft, ...task };
    case 'table':
      return { ...draft, ...table };
  }
}
