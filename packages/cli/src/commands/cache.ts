import { formatSeconds } from '@omnict/report';
import { type Manifest, StageCache } from '@omnict/runner';
import type { Command } from 'commander';
import { join } from 'node:path';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';

interface StoreOptions {
  store: string;
  json?: boolean;
}

const MIB = 2 ** 20;

/** `omnict cache ls|verify|prune`. */
export function addCacheCommands(program: Command, output: Output): void {
  const cache = program.command('cache').description('results of stages');
  const open = (store: string): StageCache => new StageCache(join(store, 'cache'));
  cache
    .command('ls')
    .description('list results')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict cache ls --json')
    .action(async ({ store, json }: StoreOptions) => {
      const manifests = await open(store).list();
      const result = manifests.map((manifest) => ({ ...summary(manifest) }));
      printResult(output, result, {
        json,
        text: () =>
          [
            ...result.map(
              ({ stage, key, bytes, seconds }) =>
                `${stage.padEnd(10)} ${key.slice(0, 10)}  ${(bytes / MIB).toFixed(1)} MiB  ${formatSeconds(seconds)}`,
            ),
            `${result.length} results`,
          ].join('\n'),
      });
    });
  cache
    .command('verify')
    .description('check every digest and drop results that fail; they are made again when needed')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict cache verify')
    .action(async ({ store, json }: StoreOptions) => {
      const dropped = await open(store).verify();
      printResult(
        output,
        { dropped },
        {
          json,
          text: () =>
            [...dropped.map((key) => `dropped ${key}`), `${dropped.length} damaged`].join('\n'),
        },
      );
    });
  cache
    .command('prune')
    .description('remove results')
    .option('--stage <names...>', 'only results of these stages')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict cache prune --stage predict score')
    .action(async ({ store, json, stage: stages }: StoreOptions & { stage?: string[] }) => {
      const removed = await open(store).prune(
        ({ stage }) => stages !== undefined && !stages.includes(stage),
      );
      printResult(output, { removed }, { json, text: () => `${removed.length} results removed` });
    });
}

function summary({ key, stage, seconds, files }: Manifest) {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return { key, stage, seconds, bytes };
}
