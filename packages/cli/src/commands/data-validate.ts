import { validateRecords, type ValidationReport } from '@omnict/data';
import type { Command } from 'commander';
import { problemLines } from '../data-text';
import { CommandFailed } from '../exit-codes';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

interface ValidateRecordsOptions {
  images: boolean;
  strict?: boolean;
  json?: boolean;
}

/** `omnict data validate`: what is wrong with a records file. */
export function defineDataValidate(command: Command, output: Output): void {
  command
    .argument('<records>', 'records file (JSON Lines)')
    .option('--no-images', 'do not look for images and masks')
    .option('--strict', 'stop at the first problem')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data validate records.jsonl --no-images')
    .action(async (path: string, { images, strict = false, json }: ValidateRecordsOptions) => {
      const report = await validateRecords(path, { images, strict });
      printResult(output, report, { json, text: () => text(report) });
      if (report.problems > 0) throw new CommandFailed();
    });
}

function text({ file, valid, counts, problems, first }: ValidationReport): string {
  return [`${file}: ${valid} valid records`, ...problemLines({ counts, problems, first })].join(
    '\n',
  );
}
