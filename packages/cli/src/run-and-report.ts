import { writeFileAtomic } from '@omnict/core';
import { readRunDocument, type RunEvent, RunFolder, stageCosts } from '@omnict/pipeline';
import { reportPage } from '@omnict/report';
import {
  LiveMetrics,
  type PreparedSweep,
  questionFields,
  readRunFolder,
  runSweep,
  type SweepResult,
} from '@omnict/runner';
import { join } from 'node:path';
import type { Output } from './output';
import { REPORT_PAGE, runPage } from './run-page';
import { stopOnInterrupt } from './stop-on-interrupt';
import { SweepProgress } from './sweep-progress';
import { sweepReport, type SweepReport } from './sweep-report';
import { sweepSummary } from './sweep-summary';

/** What a sweep scored, and its page; undefined when it could not be written. */
interface Reported {
  report: SweepReport;
  page: string | undefined;
}

/** What became of a sweep, and whether it came to its end. */
interface Ended extends Reported {
  /** False when it was stopped; tasks may have failed all the same. */
  isOver: boolean;
}

/**
 * Runs a sweep with progress for people, writes its figures and page into the run's folder.
 *
 * @param command line that goes on with it after a stop
 */
export async function runAndReport(
  sweep: PreparedSweep,
  output: Output,
  command?: string,
): Promise<Ended> {
  const costs = stageCosts(await sweep.cache.list());
  const progress = new SweepProgress(sweep.plan.tasks, output, costs);
  const interrupt = stopOnInterrupt({ ...output, err: (text) => progress.note(text) });
  const losses = new LiveMetrics(sweep.cache, sweep.plan.tasks, ({ key }, metrics) => {
    const loss = metrics.findLast((metric) => metric.key.endsWith('/loss'));
    if (loss !== undefined) progress.addLoss(key, loss.value);
  });
  if (output.isTerminal) losses.start();
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
    ...(command !== undefined && { command }),
  }).finally(() => {
    void losses.stop();
    progress.end();
    interrupt.dispose();
  });
  const { runFolder } = sweep;
  const report = await readRunDocument<SweepReport>(join(runFolder, 'report.json'));
  // Whether the server has everything is known last.
  const whole = { ...report, trackingProblem: result.trackingProblem };
  await new RunFolder(runFolder).write('report.json', whole);
  const isOver = result.trials.every(({ isStopped }) => isStopped !== true);
  return { report: whole, page, isOver };
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
