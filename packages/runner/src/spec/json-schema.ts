import { editorSchema } from '@omnict/pipeline';
import { CurationSchema } from '../curation/curation-schema';
import { OMNICT } from '../omnict-pipeline';

/** JSON Schema of sweep files for editors, made from the schema that checks them. */
export function sweepJsonSchema(): Record<string, unknown> {
  return editorSchema(OMNICT.spec);
}

/** JSON Schema of curation files for editors; as with sweeps, the command line may say the rest. */
export function curationJsonSchema(): Record<string, unknown> {
  return editorSchema(CurationSchema);
}
