import { ConfigError } from '@omnict/core';
import { formatSeconds } from '@omnict/report';
import { listRuns, runStatus, type StageProgress } from '@omnict/pipeline';
import { exportRuns, syncRuns } from '@omnict/runner';
import { clientFromEnvironment } from '@omnict/tracking';
import { type Command, Option } from 'commander';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { taskText } from '../sweep-progress';

interface StoreOptions {
  store: string;
  json?: boolean;
}

function stageLine(progress: StageProgress): string {
  const { stage, done, running, waiting, failed, secondsLeft } = progress;
  const left =
    running + waiting === 0 || secondsLeft === undefined
      ? ''
      : `, ${formatSeconds(secondsLeft)} of work left`;
  const bad = failed === 0 ? '' : `, ${failed} failed`;
  return `  ${stage.padEnd(10)} ${done} done, ${running} running, ${waiting} waiting${bad}${left}`;
}

/** `omnict runs ls`, `runs sync`, `runs export` and `omnict status`. */
export function addRunsCommands(program: Command, output: Output): void {
  const runs = program.command('runs').description('recorded runs');
  runs
    .command('ls')
    .description('list runs, newest first')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict runs ls')
    .action(async ({ store, json }: StoreOptions) => {
      const found = await listRuns(store);
      printResult(output, found, {
        json,
        text: () =>
          found.length === 0
            ? `no runs in ${store}`
            : found
                .map(
                  ({ id, finished, trials, changed }) =>
                    `${changed}  ${id}  ${finished} of ${trials} trials finished`,
                )
                .join('\n'),
      });
    });
  program
    .command('status')
    .description('how far a run has come, also while another process runs it')
    .argument('<run>', 'id of the run, or the start of it')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict status quickstart')
    .action(async (id: string, { store, json }: StoreOptions) => {
      const status = await runStatus(store, id);
      printResult(output, status, {
        json,
        text: () =>
          [
            `${status.id} in ${status.folder}`,
            `  ${status.drivers.length === 0 ? 'nobody drives it' : `driven by ${status.drivers.map(({ pid, host }) => `${pid} on ${host.split(' ')[0] ?? ''}`).join(', ')}`}`,
            ...status.stages.map(stageLine),
            ...status.running.map((task) => `  now: ${taskText(task)}`),
          ].join('\n'),
      });
    });
  addSync(runs, output);
  addExport(runs, output);
}

function addSync(runs: Command, output: Output): void {
  runs
    .command('sync')
    .description('bring recorded runs to an MLflow server; repeating it doubles nothing')
    .option('--uri <url>', 'server; default: MLFLOW_TRACKING_URI')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict runs sync --uri http://127.0.0.1:5000')
    .action(async ({ uri, store, json }: StoreOptions & { uri?: string }) => {
      const client = clientFromEnvironment(process.env, uri, { isGivenByUser: true });
      if (client === undefined) {
        throw new ConfigError(
          'runs sync: no server given; expected --uri or MLFLOW_TRACKING_URI; for instance --uri http://127.0.0.1:5000',
        );
      }
      const synced = await syncRuns(store, client);
      printResult(output, synced, {
        json,
        text: () =>
          synced.length === 0
            ? `no runs in ${store}`
            : synced
                .map(({ id, runs: count, sent }) => `${id}: ${count} runs, ${sent} events sent`)
                .join('\n'),
      });
    });
}

function addExport(runs: Command, output: Output): void {
  runs
    .command('export')
    .description('write recorded runs as files that MLflow reads, for machines without a server')
    .addOption(
      new Option('--format <name>', "layout: MLflow's FileStore")
        .choices(['mlruns'])
        .default('mlruns'),
    )
    .option('--out <folder>', 'where to write', 'mlruns')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThen: mlflow migrate-filestore --source mlruns --target sqlite:///mlflow.db\n\nExample:\n  omnict runs export --format mlruns --out mlruns',
    )
    .action(async ({ out, store, json }: StoreOptions & { out: string }) => {
      const count = await exportRuns(store, out);
      printResult(output, { out, runs: count }, { json, text: () => `${count} runs in ${out}` });
    });
}
