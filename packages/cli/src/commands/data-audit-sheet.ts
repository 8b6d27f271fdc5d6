import { exportAuditSheet, importAuditSheet, type Share, type SheetImport } from '@omnict/data';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandFailed } from '../exit-codes';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** Share of the paper's manual audit (Sec. 3.1). */
const DEFAULT_SHARE = 0.1;

interface ExportOptions {
  sheet: string;
  share: number;
  seed: number;
  json?: boolean;
}

interface ImportOptions {
  sheet: string;
  strict?: boolean;
  json?: boolean;
}

/** `omnict data audit-sheet export|import`: the manual audit of a curation. */
export function defineDataAuditSheet(sheet: Command, output: Output): void {
  sheet
    .command('export')
    .description('write a seeded sample, and every disputed decision, as a CSV sheet')
    .argument('<folder>', 'folder of a curation')
    .requiredOption('--sheet <file>', 'CSV file to write')
    .option('--share <part>', 'part of the decisions', partOf, DEFAULT_SHARE)
    .option('--seed <n>', 'for drawing', Number, 0)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data audit-sheet export curated --sheet audit.csv')
    .action(async (folder: string, { sheet: file, share, seed, json }: ExportOptions) => {
      const result = await exportAuditSheet(folder, file, { share, seed });
      printResult(output, result, {
        json,
        text: () =>
          `${file}: ${result.sampled} of ${result.decisions} decisions, ${result.disputed} of them for being disputed; fill in 'verdict' with keep or drop`,
      });
    });

  sheet
    .command('import')
    .description('read verdicts back; the next curation follows them')
    .argument('<folder>', 'folder of the curation')
    .requiredOption('--sheet <file>', 'CSV file with verdicts')
    .option('--strict', 'stop at the first row that cannot be used')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data audit-sheet import curated --sheet audit.csv')
    .action(async (folder: string, { sheet: file, strict = false, json }: ImportOptions) => {
      const result = await importAuditSheet(folder, file, { strict });
      printResult(output, result, { json, text: () => importText(result) });
      if (result.problems.length > 0) throw new CommandFailed();
    });
}

function importText({
  audited,
  pending,
  wronglyKept,
  wronglyDropped,
  problems,
}: SheetImport): string {
  return [
    `${audited} rows with a verdict, ${pending} without`,
    `wrongly kept: ${shareText(wronglyKept)}`,
    `wrongly dropped: ${shareText(wronglyDropped)}`,
    ...problems.map(({ file, line, kind, message }) => `${file}:${line}: ${kind}: ${message}`),
    "run the same 'omnict data curate' again to follow the verdicts",
  ].join('\n');
}

function shareText({ count, of, share, interval: [low, high] }: Share): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return of === 0
    ? 'none audited'
    : `${count} of ${of}, ${percent(share)} [${percent(low)}, ${percent(high)}]`;
}

function partOf(value: string): number {
  const part = Number(value);
  if (part > 0 && part <= 1) return part;
  throw new InvalidArgumentError(`expected a number above 0, at most 1, got '${value}'`);
}
