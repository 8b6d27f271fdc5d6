import { checkLeave, proposeTrials, renderJobs, specChanges } from '@omnict/pipeline';
import { type PreparedSweep, prepareSweep } from '@omnict/runner';
import type { Command } from 'commander';
import { withLeave } from '../ask-leave';
import { commandLine } from '../command-line';
import { startDetached } from '../detach';
import { CommandFailed } from '../exit-codes';
import { componentsOption, jsonOption, storeArguments, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { reportText } from '../report-text';
import { runAndReport } from '../run-and-report';

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
      let sweep = await withLeave(prepare, output);
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
      const command = goOnCommand([file, ...overrides], options);
      let reported = await runAndReport(sweep, output, command);
      // A search that learns draws further trials: the sweep goes on with them, as after a stop.
      while (reported.isOver && (await proposeTrials(sweep)) > 0) {
        sweep = await prepare();
        reported = await runAndReport(sweep, output, command);
      }
      const { report, page } = reported;
      printResult(
        output,
        { ...report, page },
        { json, text: () => reportText(report, { page, command }) },
      );
      if (!report.complete) throw new CommandFailed();
    });
}

/** The command line of a run, without what is of this call alone. */
function goOnCommand(named: readonly string[], { store, components = [] }: RunOptions): string {
  return commandLine([
    'run',
    ...named,
    ...components.flatMap((path) => ['--components', path]),
    ...storeArguments(store),
  ]);
}

async function tellChanges(sweep: PreparedSweep, store: string, { err }: Output): Promise<void> {
  const found = await specChanges(sweep.spec, { id: sweep.id, store });
  if (found === undefined || found.changes.length === 0) return;
  err(`changed since ${found.since}; what it shares is taken from the cache:\n`);
  for (const change of found.changes) err(`  ${change}\n`);
}
