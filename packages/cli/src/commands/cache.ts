import { formatSeconds } from '@omnict/report';
import {
  type Manifest,
  pruneCache,
  StageCache,
  totalBytes,
  usedKeys,
  verifyCache,
} from '@omnict/pipeline';
import { ConfigError } from '@omnict/core';
import type { Command } from 'commander';
import { join } from 'node:path';
import { byteText } from '../byte-text';
import { byteSize, duration, jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';

interface StoreOptions {
  store: string;
  json?: boolean;
}

/** `omnict cache ls|verify|prune`. */
export function defineCache(cache: Command, output: Output): void {
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
            `${'stage'.padEnd(10)} ${'key'.padEnd(10)}  ${'size'.padStart(10)}  took`,
            ...result.map(
              ({ stage, key, bytes, seconds }) =>
                `${stage.padEnd(10)} ${key.slice(0, 10)}  ${byteText(bytes).padStart(10)}  ${formatSeconds(seconds)}`,
            ),
            `${result.length} results, ${byteText(result.reduce((sum, { bytes }) => sum + bytes, 0))}`,
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
      const dropped = await verifyCache(open(store));
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
  addPruneCommand(cache, output);
}

interface PruneOptions extends StoreOptions {
  stage?: string[];
  olderThan?: number;
  maxSize?: number;
  unreachable?: boolean;
  all?: boolean;
  dryRun?: boolean;
}

function addPruneCommand(cache: Command, output: Output): void {
  cache
    .command('prune')
    .description('remove results; those of a run that is under way always stay')
    .option('--older-than <time>', 'results not used for so long: 12h, 30d', duration)
    .option('--max-size <size>', 'those unused for longest, until so much is left: 50GB', byteSize)
    .option('--unreachable', 'results of no recorded run')
    .option('--stage <names...>', 'only results of these stages')
    .option('--all', 'all results')
    .option('--dry-run', 'remove nothing, only tell')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict cache prune --older-than 30d --max-size 200GB')
    .action(async ({ store, json, ...options }: PruneOptions) => {
      const { stage, olderThan, maxSize, unreachable, all, dryRun } = options;
      if ([stage, olderThan, maxSize, unreachable, all].every((rule) => rule === undefined)) {
        throw new ConfigError(
          'cache prune: no rule; expected --older-than, --max-size, --unreachable, --stage or --all; add one',
        );
      }
      const used = await usedKeys(store);
      const removed = await pruneCache(new StageCache(join(store, 'cache')), {
        ...(stage !== undefined && { stages: stage }),
        ...(olderThan !== undefined && { olderThanMs: olderThan }),
        ...(maxSize !== undefined && { maxBytes: maxSize }),
        ...(unreachable === true && { reachable: used.reachable }),
        ...(all !== undefined && { all }),
        ...(dryRun !== undefined && { dryRun }),
        protected: used.protected,
      });
      const bytes = removed.reduce((sum, result) => sum + result.bytes, 0);
      printResult(
        output,
        { removed, bytes, dryRun: dryRun === true },
        {
          json,
          text: () =>
            `${removed.length} results${dryRun === true ? ' would be' : ''} removed, ${byteText(bytes)}`,
        },
      );
    });
}

function summary(manifest: Manifest) {
  const { key, stage, seconds } = manifest;
  return { key, stage, seconds, bytes: totalBytes(manifest) };
}
