import { cancelRun } from '@omnict/pipeline';
import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict cancel`: stops a run wherever it is driven. */
export function defineCancel(command: Command, output: Output): void {
  command
    .argument('<run>', 'id of the run, or the start of it')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict cancel quickstart')
    .action(async (id: string, { store, json }: { store: string; json?: boolean }) => {
      const result = await cancelRun(store, id);
      printResult(output, result, {
        json,
        text: () =>
          result.alive > 0
            ? `${result.id}: ${result.alive} drivers have not stopped yet`
            : `${result.id}: stopped (${result.stopped} drivers, ${result.jobs} jobs left by earlier ones)`,
      });
      if (result.alive > 0) throw new CommandFailed();
    });
}
