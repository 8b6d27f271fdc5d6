import { prepareSweep, readTrials } from '@omnict/runner';
import type { Command } from 'commander';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { memoryOfTrials, memoryText } from '../memory-text';
import { planText } from '../plan-text';
import { tokensOfTrials, tokensText } from '../token-text';

/** `omnict plan`: what would run, what the cache has, and why not the rest. */
export function addPlanCommand(program: Command, output: Output): void {
  program
    .command('plan')
    .description('show trials, distinct stage tasks, cache hits and the reason of each miss')
    .argument('<spec>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, +key=value adds, ~key removes')
    .option('--memory', 'estimate the memory of each stage instead; needs no weights')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict plan experiments/quickstart.yaml --json')
    .action(
      async (
        file: string,
        overrides: string[],
        { store, memory, json }: { store: string; memory?: boolean; json?: boolean },
      ) => {
        if (memory === true) {
          const plans = await memoryOfTrials(readTrials(file, overrides).trials);
          printResult(output, plans, { json, text: () => plans.map(memoryText).join('\n\n') });
          return;
        }
        const { id, plan, runFolder } = await prepareSweep(file, { overrides, store });
        const trials = plan.trials.map(({ name, axes, seed }) => ({ name, axes, seed }));
        const tokens = await tokensOfTrials(plan.trials);
        const result = { id, runFolder, trials, tokens, tasks: plan.tasks };
        printResult(output, result, {
          json,
          text: () => [planText(id, plan), '', tokensText(tokens)].join('\n'),
        });
      },
    );
}
