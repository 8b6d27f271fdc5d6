import { formatSeconds, renderAblationTable, renderSweepCost } from '@omnict/report';
import { prepareSweep, runSweep } from '@omnict/runner';
import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { SweepProgress } from '../sweep-progress';
import { stopOnInterrupt } from '../stop-on-interrupt';
import { sweepReport } from '../sweep-report';

/** `omnict run`: runs a sweep, or what is left of it, and prints its table. */
export function addRunCommand(program: Command, output: Output): void {
  program
    .command('run')
    .description('run a sweep; what is done already is taken from the cache')
    .argument('<spec>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, +key=value adds, ~key removes')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nStopping: Ctrl-C lets running stages save a checkpoint; the same command goes on later.\n\nExample:\n  omnict run experiments/quickstart.yaml sweep.seeds=[0,1,2]',
    )
    .action(
      async (
        file: string,
        overrides: string[],
        { store, json }: { store: string; json?: boolean },
      ) => {
        const sweep = await prepareSweep(file, { overrides, store });
        const progress = new SweepProgress(sweep.plan, output);
        const interrupt = stopOnInterrupt(output);
        const result = await runSweep(sweep, {
          onStatus: (task, status) => progress.onStatus(task, status),
          onEvent: (task, event) => progress.onEvent(task, event),
          signal: interrupt.signal,
        }).finally(() => {
          progress.end();
          interrupt.dispose();
        });
        const report = sweepReport(sweep, result);
        printResult(output, report, {
          json,
          text: () =>
            [
              renderAblationTable(report.table),
              renderSweepCost(report.cost),
              `Run: ${report.runFolder} (${formatSeconds(result.seconds)})`,
              ...report.models.map(({ trial, folder }) => `Model of ${trial}: ${folder}`),
              ...report.failures.map(({ task, message }) => `FAILED ${task}: ${message}`),
              ...(report.trackingProblem === undefined
                ? []
                : [`Not all is on the tracking server: ${report.trackingProblem}`]),
            ].join('\n'),
        });
        if (!report.complete) throw new CommandFailed();
      },
    );
}
