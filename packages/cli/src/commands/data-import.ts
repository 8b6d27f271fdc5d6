import { importSource, type ImportReport, SOURCES } from '@omnict/data';
import { Argument, type Command, Option } from 'commander';
import { problemLines } from '../data-text';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

interface ImportCommandOptions {
  out: string;
  images?: string;
  checkImages: boolean;
  imaging: 'CT' | 'any';
  language: 'en' | 'any';
  strict?: boolean;
  json?: boolean;
}

/** `omnict data import`: a published data set as records. */
export function defineDataImport(command: Command, output: Output): void {
  const names = SOURCES.map(({ name }) => name);
  command
    .addArgument(new Argument('<source>', 'data set').choices(names))
    .argument('<path>', 'its folder, or one of its files')
    .requiredOption('--out <records.jsonl>', 'records file to write')
    .option('--images <folder>', "folder of the images; default: the data set's folder")
    .option('--no-check-images', 'keep rows whose image is not there')
    .addOption(
      new Option('--imaging <kind>', 'CT only, or any').choices(['CT', 'any']).default('CT'),
    )
    .addOption(
      new Option('--language <code>', 'English only, or any').choices(['en', 'any']).default('en'),
    )
    .option('--strict', 'stop at the first bad row')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data import slake Slake1.0 --out slake.jsonl')
    .action(async (source: string, path: string, options: ImportCommandOptions) => {
      const { json, ...rest } = options;
      const report = await importSource({
        source,
        path,
        ...rest,
        onProgress: ({ rows, records, file }) => {
          if (output.isTerminal) output.err(`\r${file}: ${rows} rows, ${records} records`);
        },
      });
      if (output.isTerminal) output.err('\n');
      printResult(output, report, { json, text: () => text(report) });
    });
}

function text(report: ImportReport): string {
  const { out, rows, records, skipped, taskTypes, expected, files } = report;
  const lines = [`${out}: ${records} records from ${rows} rows of ${files.length} files`];
  for (const [reason, count] of Object.entries(skipped))
    lines.push(`  left out: ${count} ${reason}`);
  for (const [taskType, { train, validation, test }] of Object.entries(taskTypes)) {
    const paper = expected.find((row) => row.taskType === taskType);
    const paperText =
      paper === undefined
        ? ''
        : `; Table 7: ${paper.train ?? '-'} train, ${paper.test ?? '-'} test`;
    lines.push(`  ${taskType}: ${train} train, ${validation} validation, ${test} test${paperText}`);
  }
  return [...lines, ...problemLines(report)].join('\n');
}
