import { ConfigError } from '@omnict/core';
import { listRuns } from '@omnict/pipeline';
import { exportRuns, syncRuns } from '@omnict/runner';
import { clientFromEnvironment } from '@omnict/tracking';
import { type Command, Option } from 'commander';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';

interface StoreOptions {
  store: string;
  json?: boolean;
}

/** `omnict runs ls`, `runs sync` and `runs export`. */
export function defineRuns(runs: Command, output: Output): void {
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
                  ({ id, finished, trials, changed, isDamaged }) =>
                    `${changed}  ${id}  ${isDamaged ? 'results are damaged: run the sweep again' : `${finished} of ${trials} trials finished`}`,
                )
                .join('\n'),
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
      for (const { id, refused } of synced) {
        for (const reason of refused) output.err(`warning: ${id}: left out: ${reason}\n`);
      }
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
