import { runRecipe } from '@omnict/runner';
import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** Steps between lines of progress. */
const REPORT_EVERY = 100;

/** `omnict pretrain`: makes the weights of a preset again. */
export function definePretrain(command: Command, output: Output): void {
  command
    .argument('<recipe>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, ~key removes')
    .requiredOption('--out <folder>', 'folder for the weights; a stopped recipe goes on there')
    .option(
      '--check',
      'measure the weights in the folder, train nothing; exit code 1 when a gate is missed',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict pretrain experiments/presets/siglip-tiny.yaml --out siglip-tiny\n  omnict pretrain experiments/presets/siglip-tiny.yaml --out siglip-tiny --check',
    )
    .action(
      async (
        file: string,
        overrides: string[],
        { out, json, check }: { out: string; json?: boolean; check?: boolean },
      ) => {
        const log = (text: string): void => output.err(`${text}\n`);
        const { scores, gates } = await runRecipe(
          file,
          {
            out,
            log,
            progress: ({ step, totalSteps, loss }) => {
              if (step % REPORT_EVERY !== 0 && step !== totalSteps) return;
              log(`step ${step} of ${totalSteps}: loss ${loss.toFixed(4)}`);
            },
          },
          { overrides, check },
        );
        printResult(
          output,
          { out, ...scores, ...(Object.keys(gates).length > 0 && { gates }) },
          { json, text: () => [out, ...scoreLines(scores, gates)].join('\n') },
        );
        if (Object.entries(gates).some(([name, least]) => (scores[name] as number) < least)) {
          throw new CommandFailed();
        }
      },
    );
}

function scoreLines(scores: Record<string, number>, gates: Record<string, number>): string[] {
  return Object.entries(scores).map(([name, value]) => {
    const least = gates[name];
    const line = `${name} ${value.toFixed(4)}`;
    if (least === undefined) return line;
    return `${line}  gate ${least}: ${value < least ? 'missed' : 'reached'}`;
  });
}
