import { copyShippedSpec, listShippedSpecs } from '@omnict/runner';
import type { Command } from 'commander';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict recipe ls|cp`: specs that come with the program. */
export function defineRecipe(recipe: Command, output: Output): void {
  recipe
    .command('ls')
    .description('list the shipped specs')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict recipe ls')
    .action(async ({ json }: { json?: boolean }) => {
      const specs = await listShippedSpecs();
      printResult(output, specs, {
        json,
        text: () =>
          specs.map(({ name, description }) => `${name.padEnd(24)} ${description}`).join('\n'),
      });
    });
  recipe
    .command('cp')
    .description('copy a shipped spec with all it extends, to change it')
    .argument('<name>', 'as omnict recipe ls prints it')
    .argument('[folder]', 'folder to copy into', '.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict recipe cp quickstart my-study')
    .action(async (name: string, folder: string, { json }: { json?: boolean }) => {
      const files = await copyShippedSpec(name, folder);
      printResult(output, { files }, { json, text: () => files.join('\n') });
    });
}
