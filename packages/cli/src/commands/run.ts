import { writeFileAtomic } from '@omnict/core';
import {
  checkLeave,
  readRunDocument,
  renderJobs,
  type RunEvent,
  RunFolder,
  specChanges,
  stageCosts,
} from '@omnict/pipeline';
import { reportPage } from '@omnict/report';
import {
  type PreparedSweep,
  prepareSweep,
  questionFields,
  readRunFolder,
  runSweep,
  type SweepResult,
} from '@omnict/runner';
import type { Command } from 'commander';
import { join } from 'node:path';
import { withLeave } from '../ask-leave';
import { startDetached } from '../detach';
import { CommandFailed } from '../exit-codes';
import { componentsOption, jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { reportText } from '../report-text';
import { REPORT_PAGE, runPage } from '../run-page';
import { stopOnInterrupt } from '../stop-on-interrupt';
import { SweepProgress } from '../sweep-progress';
import { sweepReport, type SweepReport } from '../sweep-report';
import { sweepSummary } from '../sweep-summary';

interface RunOptions {
  store: string;
  components?: string[];
  detach?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** `omnict run`: runs a sweep, or what is left of it, and prints its table. */
export function defineRun(command: Command, output: Output): void {
  command
    .argument('<spec>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, +key=value adds, ~key removes')
    .option('--detach', 'go on in the background; see omnict status, attach, cancel')
    .option('--dry-run', 'print what the launcher would be given first, and run nothing')
    .addOption(componentsOption())
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nStopping: Ctrl-C lets running stages save a checkpoint; the same command goes on later.\n\nExample:\n  omnict run experiments/quickstart.yaml sweep.seeds=[0,1,2]\n  omnict run study.yaml launcher=cluster --detach',
    )
    .action(async (file: string, overrides: string[], options: RunOptions) => {
      const { store, json, components = [] } = options;
      const prepare = async (): Promise<PreparedSweep> => {
        const prepared = await prepareSweep(file, { overrides, store, components });
        if (options.dryRun !== true) checkLeave(prepared);
        return prepared;
      };
      const sweep = await withLeave(prepare, output);
      if (options.dryRun === true) {
        const jobs = await renderJobs(sweep);
        printResult(output, { id: sweep.id, jobs }, { json, text: () => jobs });
        return;
      }
      for (const remark of sweep.remarks) output.err(`warning: ${remark}\n`);
      await tellChanges(sweep, store, output);
      if (options.detach === true) {
        const started = await startDetached(sweep.runFolder, sweep.id);
        printResult(output, started, {
          json,
          text: () =>
            `${started.id}: process ${started.pid}, output in ${started.log}\nomnict status ${started.id}\nomnict attach ${started.id}\nomnict cancel ${started.id}`,
        });
        return;
      }
      const { report, page } = await runAndReport(sweep, output);
      printResult(output, { ...report, page }, { json, text: () => reportText(report, page) });
      if (!report.complete) throw new CommandFailed();
    });
}

/** What a sweep scored, and its page; undefined when it could not be written. */
interface Reported {
  report: SweepReport;
  page: string | undefined;
}

async function runAndReport(sweep: PreparedSweep, output: Output): Promise<Reported> {
  const costs = stageCosts(await sweep.cache.list());
  const progress = new SweepProgress(sweep.plan.tasks, output, costs);
  const interrupt = stopOnInterrupt(output);
  const add = (event: object): void =>
    progress.add({ time: new Date().toISOString(), ...event } as RunEvent);
  let page: string | undefined;
  const result = await runSweep(sweep, {
    onStatus: ({ key }, status) => add({ type: 'status', key, ...status }),
    onEvent: ({ key }, event) => add({ type: 'event', key, event }),
    onScored: async (scored) => {
      const written = await writePage(sweep, scored, output);
      page = written.page;
      return sweepSummary(sweep.spec, written);
    },
    signal: interrupt.signal,
  }).finally(() => {
    progress.end();
    interrupt.dispose();
  });
  const { runFolder } = sweep;
  const report = await readRunDocument<SweepReport>(join(runFolder, 'report.json'));
  // Whether the server has everything is known last.
  const whole = { ...report, trackingProblem: result.trackingProblem };
  await new RunFolder(runFolder).write('report.json', whole);
  return { report: whole, page };
}

/** Writes figures and page of a run; a page that fails takes no result with it. */
async function writePage(
  sweep: PreparedSweep,
  result: SweepResult,
  { err }: Output,
): Promise<Reported> {
  const { runFolder, plan, cache } = sweep;
  const report = await sweepReport(sweep, result, await questionFields(plan.tasks, cache));
  await new RunFolder(runFolder).write('report.json', report);
  const page = join(runFolder, REPORT_PAGE);
  try {
    const record = await readRunFolder(runFolder, cache);
    await writeFileAtomic(page, Buffer.from(reportPage([await runPage(record, report)])));
    return { report, page };
  } catch (error) {
    err(`${page}: not written: ${String(error)}; the results are in ${runFolder}\n`);
    return { report, page: undefined };
  }
}

async function tellChanges(sweep: PreparedSweep, store: string, { err }: Output): Promise<void> {
  const found = await specChanges(sweep.spec, { id: sweep.id, store });
  if (found === undefined || found.changes.length === 0) return;
  err(`changed since ${found.since}; what it shares is taken from the cache:\n`);
  for (const change of found.changes) err(`  ${change}\n`);
}
