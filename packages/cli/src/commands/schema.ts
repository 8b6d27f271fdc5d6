import { jsonSchemaOf, SCHEMA_NAMES } from '@omnict/runner';
import { Argument, type Command } from 'commander';
import { jsonOption } from '../options';
import type { Output } from '../output';

/** `omnict schema`: the JSON Schema of specs, for editors. */
export function defineSchema(command: Command, { out }: Output): void {
  command
    .addArgument(new Argument('[kind]', 'kind of file').choices(SCHEMA_NAMES).default('sweep'))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict schema eval > schemas/eval.schema.json')
    .action((kind: (typeof SCHEMA_NAMES)[number]) =>
      out(`${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`),
    );
}
