import { readRecords, type SplitReport, splitRecords, writeRecords } from '@omnict/data';
import type { Command } from 'commander';
import { jsonOption, numberList, seedOption } from '../options';
import { type Output, printResult } from '../output';

interface SplitCommandOptions {
  out: string;
  shares: [number, number, number];
  seed: number;
  json?: boolean;
}

/** `omnict data split`: train, validation and test that share no patient. */
export function defineDataSplit(command: Command, output: Output): void {
  command
    .argument('<records>', 'records file (JSON Lines)')
    .requiredOption('--out <records.jsonl>', 'records file to write')
    .option('--shares <train,validation,test>', 'they add up to 1', numberList(3), [0.8, 0.1, 0.1])
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict data split records.jsonl --out split.jsonl --shares 0.9,0,0.1',
    )
    .action(async (path: string, { out, shares, seed, json }: SplitCommandOptions) => {
      const identities = [];
      for await (const { image, patient, scan } of readRecords(path)) {
        identities.push({
          image,
          ...(patient === undefined ? {} : { patient }),
          ...(scan === undefined ? {} : { scan }),
        });
      }
      const [train, validation, test] = shares;
      const { splits, report } = splitRecords(identities, {
        shares: { train, validation, test },
        seed,
      });
      await writeRecords(out, moved(path, splits));
      printResult(output, { out, ...report }, { json, text: () => text(out, report) });
    });
}

async function* moved(path: string, splits: ReturnType<typeof splitRecords>['splits']) {
  let index = 0;
  for await (const record of readRecords(path)) {
    yield { ...record, split: splits[index++] ?? record.split };
  }
}

function text(out: string, { records, groups, leaks }: SplitReport): string {
  const names = ['train', 'validation', 'test'] as const;
  return [
    `${out}: ${leaks} patients, scans or images in two splits`,
    ...names.map((name) => `  ${name}: ${records[name]} records of ${groups[name]} groups`),
  ].join('\n');
}
