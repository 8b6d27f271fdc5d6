import { inspect } from '@omnict/io';
import type { Command } from 'commander';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict inspect`: what a CT file or folder holds. */
export function addInspectCommand(program: Command, output: Output): void {
  program
    .command('inspect')
    .description('show format, geometry and intensities of a CT image; no patient data')
    .argument('<ct>', 'image file, or folder with one series')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict inspect ct.nii.gz')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const facts = await inspect(path);
      printResult(output, facts, {
        json,
        text: () =>
          Object.entries(facts)
            .map(([name, value]) => `${name.padEnd(14)} ${plain(value)}`)
            .join('\n'),
      });
    });
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(plain).join(', ');
  return typeof value === 'number' ? String(Number(value.toFixed(4))) : String(value);
}
