import { curationJsonSchema, sweepJsonSchema } from '@omnict/runner';
import { Argument, type Command } from 'commander';
import { jsonOption } from '../options';
import type { Output } from '../output';

const SCHEMAS = { sweep: sweepJsonSchema, curation: curationJsonSchema } as const;

/** `omnict schema`: the JSON Schema of specs, for editors. */
export function addSchemaCommand(program: Command, { out }: Output): void {
  program
    .command('schema')
    .description('print the JSON Schema of sweep or curation specs')
    .addArgument(
      new Argument('[kind]', 'kind of spec').choices(Object.keys(SCHEMAS)).default('sweep'),
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict schema > schemas/sweep.schema.json')
    .action((kind: keyof typeof SCHEMAS) => out(`${JSON.stringify(SCHEMAS[kind](), null, 2)}\n`));
}
