import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunDocument } from '@omnict/pipeline';
import { renderAblationTable } from '@omnict/report';
import { readRunRecord, writeBundle } from '@omnict/runner';
import type { Command } from 'commander';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { REPORT_PAGE } from '../run-page';
import type { SweepReport } from '../sweep-report';

interface BundleOptions {
  store: string;
  out?: string;
  page: boolean;
  json?: boolean;
}

/** `omnict bundle`: all that others need to repeat a run and compare. */
export function defineBundle(command: Command, output: Output): void {
  command
    .argument('<run>', 'id of the run, the start of it, or latest')
    .option(
      '--out <file>',
      'archive to write: .tar.gz, or .tar.zst with Node.js 22.15 or newer; default: <id>.tar.gz',
    )
    .option('--no-page', 'leave out the report page, which shows images and answers')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nIn it: spec, figures, digests of all results, curves, table, report. Not in it: data, weights,\nsecrets, names of files. The page shows images and answers of some questions: leave it out where\nthey may not be shared.\n\nExample:\n  omnict bundle latest --out paper.tar.gz',
    )
    .action(async (id: string, { store, out, page, json }: BundleOptions) => {
      const record = await readRunRecord(store, id);
      const report = await readRunDocument<SweepReport>(join(record.folder, 'report.json'));
      const pageFile = join(record.folder, REPORT_PAGE);
      const written = await writeBundle(out ?? `${record.id}.tar.gz`, record, {
        'table.txt': `${renderAblationTable(report.table)}\n`,
        ...(page && existsSync(pageFile) && { [REPORT_PAGE]: await readFile(pageFile, 'utf8') }),
      });
      for (const remark of written.remarks) output.err(`warning: ${remark}\n`);
      printResult(output, written, {
        json,
        text: () =>
          [
            `${written.path}: ${written.files} files`,
            ...written.inputs.map((name) => `not in it, asked for by --input: ${name}`),
            `Repeat it: omnict reproduce ${written.path}`,
          ].join('\n'),
      });
    });
}
