import { readSweep } from '@omnict/runner';
import type { Command } from 'commander';
import { componentsOption, jsonOption } from '../options';
import { type Output, printResult } from '../output';

interface ValidateOptions {
  json?: boolean;
  components?: string[];
}

/** `omnict validate`: all errors of a spec at once, or its trials. */
export function defineValidate(command: Command, output: Output): void {
  command
    .argument('<spec>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, +key=value adds, ~key removes')
    .addOption(componentsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict validate experiments/quickstart.yaml config.model.sce=false',
    )
    .action(async (file: string, overrides: string[], options: ValidateOptions) => {
      const { json, components = [] } = options;
      const { spec, trials, remarks } = await readSweep(file, { overrides, components });
      for (const remark of remarks) output.err(`warning: ${remark}\n`);
      const result = { name: spec.name, trials: trials.map(({ name }) => name), remarks };
      printResult(output, result, {
        json,
        text: () =>
          [
            `${spec.name}: valid, ${trials.length} trials`,
            ...result.trials.map((name) => `  ${name}`),
          ].join('\n'),
      });
    });
}
