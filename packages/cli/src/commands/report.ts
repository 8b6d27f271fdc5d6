import { writeFileAtomic } from '@omnict/core';
import { readRunDocument } from '@omnict/pipeline';
import { type PageRun, reportPage } from '@omnict/report';
import { readRunRecord, type RunRecord } from '@omnict/runner';
import { type Command, Option } from 'commander';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonOption, numberBetween, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { figuresOf, REPORT_FORMATS, type ReportFormat, tablesAs } from '../report-formats';
import { reportText } from '../report-text';
import { REPORT_PAGE, runPage } from '../run-page';
import type { SweepReport } from '../sweep-report';

interface ReportOptions {
  format: ReportFormat;
  out?: string;
  tokens?: number;
  store: string;
  json?: boolean;
}

/** Folder of a run's figures, in the run's folder. */
const FIGURES_FOLDER = 'figures';

/** `omnict report`: shows finished runs again, and writes their page, their tables or their figures. */
export function defineReport(command: Command, output: Output): void {
  command
    .argument('<runs...>', "ids of runs, or the starts of them; 'latest' is the newest")
    .addOption(
      new Option(
        '--format <name>',
        'html: the page; latex, csv, md, json: the tables; svg: each figure as a file',
      )
        .choices(REPORT_FORMATS)
        .default('html'),
    )
    .option(
      '--out <path>',
      `file, or folder of figures; default: ${REPORT_PAGE} or ${FIGURES_FOLDER} in the folder of the first run, tables to standard output`,
    )
    .addOption(
      new Option('--tokens <count>', 'visual tokens in their map at most; default: 600').argParser(
        numberBetween(4, 3000),
      ),
    )
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict report latest\n  omnict report quickstart study --out both.html\n  omnict report latest --format latex --out table.tex\n  omnict report latest --format svg --out figures',
    )
    .action(async (ids: string[], options: ReportOptions) => {
      const { format, out, store, json, tokens } = options;
      const runs = await Promise.all(ids.map((id) => readReport(store, id)));
      const reports = runs.map(({ report }) => report);
      const folder = runs[0]?.record.folder ?? '.';
      if (format === 'svg') {
        const files = await writeFigures(
          out ?? join(folder, FIGURES_FOLDER),
          await pagesOf(runs, tokens),
        );
        printResult(output, { files }, { json, text: () => files.join('\n') });
        return;
      }
      if (format !== 'html') {
        const text = tablesAs(format, reports);
        if (out === undefined) output.out(text);
        else {
          await writeFileAtomic(out, Buffer.from(text));
          printResult(output, { file: out }, { json, text: () => out });
        }
        return;
      }
      const file = out ?? join(folder, REPORT_PAGE);
      await writeFileAtomic(file, Buffer.from(reportPage(await pagesOf(runs, tokens))));
      printResult(
        output,
        { page: file, runs: reports },
        {
          json,
          text: () =>
            reports
              .map((report, index) =>
                reportText(report, index === reports.length - 1 ? file : undefined),
              )
              .join('\n\n'),
        },
      );
    });
}

/** A finished run, and its figures. */
interface Reported {
  record: RunRecord;
  report: SweepReport;
}

async function readReport(store: string, id: string): Promise<Reported> {
  const record = await readRunRecord(store, id);
  return { record, report: await readRunDocument<SweepReport>(join(record.folder, 'report.json')) };
}

async function pagesOf(runs: readonly Reported[], tokens?: number): Promise<PageRun[]> {
  const pages: PageRun[] = [];
  for (const { record, report } of runs)
    pages.push(await runPage(record, report, tokens === undefined ? {} : { tokens }));
  return pages;
}

async function writeFigures(folder: string, runs: readonly PageRun[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const { name, content } of figuresOf(runs)) {
    const file = join(folder, name);
    await writeFileAtomic(file, Buffer.from(content));
    files.push(file);
  }
  return files;
}
