import { estimatePlan, stageCosts } from '@omnict/pipeline';
import { prepareSweep, readSweep } from '@omnict/runner';
import type { Command } from 'commander';
import { componentsOption, jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { memoryOfTrials, memoryText } from '../memory-text';
import { planText } from '../plan-text';
import { tokensOfTrials, tokensText } from '../token-text';

interface PlanOptions {
  store: string;
  memory?: boolean;
  all?: boolean;
  json?: boolean;
  components?: string[];
}

/** `omnict plan`: what would run, what the cache has, and why not the rest. */
export function definePlan(command: Command, output: Output): void {
  command
    .argument('<spec>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, +key=value adds, ~key removes')
    .option('--memory', 'estimate the memory of each stage instead; needs no weights')
    .option('--all', 'list every trial and task, however many; a large plan is summed up without')
    .addOption(componentsOption())
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict plan experiments/quickstart.yaml --json')
    .action(
      async (
        file: string,
        overrides: string[],
        { store, memory, all = false, json, components = [] }: PlanOptions,
      ) => {
        const request = { overrides, store, components };
        if (memory === true) {
          const plans = await memoryOfTrials((await readSweep(file, request)).trials);
          printResult(output, plans, { json, text: () => plans.map(memoryText).join('\n\n') });
          return;
        }
        const sweep = await prepareSweep(file, request);
        const { id, plan, runFolder, cache, profile, spec, remarks } = sweep;
        for (const remark of remarks) output.err(`warning: ${remark}\n`);
        const estimate = estimatePlan(
          plan,
          stageCosts(await cache.list()),
          profile.maxParallel ?? spec.policy.maxParallel,
        );
        const trials = plan.trials.map(({ name, axes, seed }) => ({ name, axes, seed }));
        const tokens = await tokensOfTrials(plan.trials);
        const { search } = spec.sweep;
        const result = {
          id,
          runFolder,
          trials,
          remarks,
          tokens,
          search,
          tasks: plan.tasks,
          estimate,
        };
        printResult(output, result, {
          json,
          text: () =>
            [planText(id, { plan, estimate, search, all }), '', tokensText(tokens)].join('\n'),
        });
      },
    );
}
