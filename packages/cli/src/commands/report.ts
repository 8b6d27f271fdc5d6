import { ConfigError, MissingDataError, OmnictError, writeFileAtomic } from '@omnict/core';
import { findRun, readLaunch, readRunDocument } from '@omnict/pipeline';
import { type PageRun, reportPage } from '@omnict/report';
import { type CaseStudy, readRunRecord, type RunRecord } from '@omnict/runner';
import { type Command, Option } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { caseStudy, caseStudyText } from '../case-study';
import { commandLine } from '../command-line';
import { jsonOption, numberBetween, storeArguments, storeOption } from '../options';
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
    .argument(
      '<runs...>',
      "ids of runs, or the starts of them; 'latest' is the newest; beside them files of predictions (.jsonl) of other models",
    )
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
      new Option('--tokens <count>', 'visual tokens in their map at most; default: 400').argParser(
        numberBetween(4, 3000),
      ),
    )
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict report latest\n  omnict report quickstart study --out both.html\n  omnict report latest other-model.jsonl\n  omnict report latest --format latex --out table.tex\n  omnict report latest --format svg --out figures',
    )
    .action(async (named: string[], options: ReportOptions) => {
      const { format, out, store, json, tokens } = options;
      const files = named.filter((name) => name.endsWith('.jsonl'));
      const ids = named.filter((name) => !files.includes(name));
      checkFiles(files, { ids, format });
      const runs = await Promise.all(ids.map((id) => readReport(store, id)));
      const reports = runs.map(({ report }) => report);
      const commands = runs.map(({ command }) => command);
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
      const study = await studyOf(runs, files, output);
      await writeFileAtomic(file, Buffer.from(reportPage(await pagesOf(runs, tokens), study)));
      printResult(
        output,
        { page: file, runs: reports, ...(study !== undefined && { study }) },
        {
          json,
          text: () =>
            [
              ...reports.map((report, index) =>
                reportText(report, {
                  page: undefined,
                  command: report.unfinished && commands[index],
                }),
              ),
              [...(study === undefined ? [] : [caseStudyText(study)]), `Report: ${file}`].join(
                '\n',
              ),
            ].join('\n\n'),
        },
      );
    });
}

/** A finished run, and its figures. */
interface Reported {
  record: RunRecord;
  report: SweepReport;
  /** Command line that goes on with it, where it was recorded. */
  command: string | undefined;
}

/** @throws ConfigError for files of predictions where nothing is done with them */
function checkFiles(
  files: readonly string[],
  { ids, format }: { ids: readonly string[]; format: ReportFormat },
): void {
  const [file] = files;
  if (file === undefined) return;
  if (ids.length === 0) {
    throw new ConfigError(
      `report: ${file}: stands alone; expected a run beside it, whose questions it answers; for files alone see omnict compare`,
    );
  }
  if (format !== 'html') {
    throw new ConfigError(
      `report: ${file}: has no part in --format ${format}; expected html; see omnict compare --json`,
    );
  }
}

/** Case study of what was named together; undefined for one run, or for runs that share nothing. */
async function studyOf(
  runs: readonly Reported[],
  files: readonly string[],
  { err }: Output,
): Promise<CaseStudy | undefined> {
  if (runs.length + files.length < 2) return undefined;
  return caseStudy(runs, files).catch((error: unknown) => {
    if (files.length > 0 || !OmnictError.isInstance(error)) throw error;
    err(`warning: ${error.message}\n`);
    return undefined;
  });
}

/** @throws MissingDataError for an unknown run, or one that was never at its end, with what to do */
async function readReport(store: string, id: string): Promise<Reported> {
  const { path } = await findRun(store, id);
  const command = (await readLaunch(path))?.command;
  const file = join(path, 'report.json');
  if (!existsSync(file)) {
    const name = basename(path);
    throw new MissingDataError(
      `report: run ${name} has no figures yet: it runs, or was killed; see ${commandLine(['status', name, ...storeArguments(store)])}${command === undefined ? '' : `; it goes on with: ${command}`}`,
    );
  }
  return { record: await readRunRecord(store, id), report: await readRunDocument(file), command };
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
