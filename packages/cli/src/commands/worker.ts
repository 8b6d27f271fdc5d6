import { runWorker } from '@omnict/pipeline';
import { WORKER_PROGRAM } from '@omnict/runner';
import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes';

/** `omnict worker`: one task in this process, as launchers start it. */
export function defineWorker(command: Command): void {
  command
    .argument('<task>', 'JSON file')
    .addHelpText('after', '\nExample:\n  omnict worker task.json')
    .action(async (task: string) => {
      const stop = new AbortController();
      for (const signal of ['SIGUSR2', 'SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => stop.abort(new Error(signal)));
      }
      const code = await runWorker(WORKER_PROGRAM, task, stop.signal);
      if (code === 0) return;
      if (code === 1) throw new CommandFailed();
      process.exit(code); // stopped on request: launchers try again later
    });
}
