import { sweepJsonSchema } from '@omnict/runner';
import type { Command } from 'commander';
import { jsonOption } from '../options';
import type { Output } from '../output';

/** `omnict schema`: the JSON Schema of specs, for editors. */
export function addSchemaCommand(program: Command, { out }: Output): void {
  program
    .command('schema')
    .description('print the JSON Schema of sweep specs')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict schema > schemas/sweep.schema.json')
    .action(() => out(`${JSON.stringify(sweepJsonSchema(), null, 2)}\n`));
}
