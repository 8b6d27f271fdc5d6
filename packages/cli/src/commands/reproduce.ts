import { ConfigError } from '@omnict/core';
import { checkLeave } from '@omnict/pipeline';
import {
  compareWithBundle,
  openBundle,
  planDifferences,
  prepareSweep,
  readRunFolder,
} from '@omnict/runner';
import type { Command } from 'commander';
import { basename, join } from 'node:path';
import { withLeave } from '../ask-leave';
import { CommandFailed } from '../exit-codes';
import { collected, componentsOption, jsonOption } from '../options';
import { type Output, printResult } from '../output';
import { reproductionText } from '../reproduction-text';
import { runAndReport } from '../run-and-report';

interface ReproduceOptions {
  out?: string;
  store?: string;
  input: string[];
  components?: string[];
  json?: boolean;
}

/** Overrides that change how the sweep is run, and not what it computes. */
const HOW = /^[+~]?(?:policy|launcher|profiles|tracking)\b/;

/** `omnict reproduce`: runs a bundle again, and says of each figure whether it came out. */
export function defineReproduce(command: Command, output: Output): void {
  command
    .argument('<bundle>', 'archive of omnict bundle')
    .argument('[overrides...]', 'of policy, launcher, profiles and tracking: key=value')
    .option('--out <folder>', 'new folder to unpack into; default: the name of the bundle')
    .option(
      '--store <folder>',
      'folder of caches and runs; default: a new one, so that all is computed again',
    )
    .option(
      '--input <name=path>',
      'file or folder that the bundle asks for by name and digest; may be repeated',
      collected,
      [],
    )
    .addOption(componentsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEqual: to the last bit. Within the noise of seeds: a t-test over seeds cannot tell both apart at\n5 %. Different: it can, or one seed leaves the noise unknown; exit code 1.\nStopped, the same command goes on.\n\nExample:\n  omnict reproduce paper.tar.gz --input data.dataset=records.jsonl',
    )
    .action(async (file: string, overrides: string[], options: ReproduceOptions) => {
      const { components = [], json } = options;
      const foreign = overrides.find((override) => !HOW.test(override));
      if (foreign !== undefined) {
        throw new ConfigError(
          `'${foreign}': would change what is computed; expected policy, launcher, profiles or tracking; leave it out`,
        );
      }
      const folder = options.out ?? basename(file).replace(/\.(?:tgz|tar\.\w+)$/, '');
      const inputs = new Map(options.input.map(inputOf));
      const { bundle, spec } = await openBundle(file, { folder, inputs });
      const store = options.store ?? join(folder, 'store');
      const sweep = await withLeave(async () => {
        const prepared = await prepareSweep(spec, { overrides, store, components });
        checkLeave(prepared);
        return prepared;
      }, output);
      const planned = planDifferences(bundle, sweep.plan);
      for (const difference of planned) output.err(`not as in the bundle: ${difference}\n`);
      const { report } = await runAndReport(sweep, output);
      const record = await readRunFolder(sweep.runFolder, sweep.cache);
      const compared = await compareWithBundle(bundle, record);
      const result = {
        bundle: bundle.id,
        run: sweep.id,
        runFolder: sweep.runFolder,
        complete: report.complete,
        planned,
        ...compared,
      };
      printResult(output, result, { json, text: () => reproductionText(result) });
      const isSame = compared.figures.every(({ verdict }) => verdict !== 'different');
      if (!report.complete || !isSame) throw new CommandFailed();
    });
}

function inputOf(text: string): [name: string, path: string] {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && path !== undefined) return [name, path];
  throw new ConfigError(
    `--input ${text}: expected NAME=PATH; for instance data.dataset=records.jsonl`,
  );
}
