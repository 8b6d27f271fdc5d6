import { writeFileAtomic } from '@omnict/core';
import { readRunDocument } from '@omnict/pipeline';
import { type PageRun, reportPage } from '@omnict/report';
import { readRunRecord } from '@omnict/runner';
import type { Command } from 'commander';
import { join } from 'node:path';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { reportText } from '../report-text';
import { REPORT_PAGE, runPage } from '../run-page';
import type { SweepReport } from '../sweep-report';

interface ReportOptions {
  out?: string;
  store: string;
  json?: boolean;
}

/** `omnict report`: shows finished runs again, and writes their page. */
export function defineReport(command: Command, output: Output): void {
  command
    .argument('<runs...>', "ids of runs, or the starts of them; 'latest' is the newest")
    .option('--out <file>', `HTML file; default: ${REPORT_PAGE} in the folder of the first run`)
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict report latest\n  omnict report quickstart study --out both.html',
    )
    .action(async (ids: string[], { out, store, json }: ReportOptions) => {
      const pages: PageRun[] = [];
      const reports: SweepReport[] = [];
      for (const id of ids) {
        const record = await readRunRecord(store, id);
        const report = await readRunDocument<SweepReport>(join(record.folder, 'report.json'));
        reports.push(report);
        pages.push(await runPage(record, report));
      }
      const file = out ?? join(reports[0]?.runFolder ?? '.', REPORT_PAGE);
      await writeFileAtomic(file, Buffer.from(reportPage(pages)));
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
