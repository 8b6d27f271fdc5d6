import type { WorkerProgram } from '../worker-program';
import { runWorker } from './worker';

/**
 * Is a worker process: the script that a pipeline names as its `worker` calls it and does nothing else.
 * Ends the process.
 *
 * @param args what follows the script's own arguments: the path of a task file runs that task alone;
 *   `--serve` runs one after the other, as the driver asks, until the driver is gone
 */
export async function serveWorker<Config>(
  program: WorkerProgram<Config>,
  args: readonly string[],
): Promise<void> {
  const worker = new WorkerProcess(program);
  const [argument = ''] = args;
  if (argument === '--serve') worker.serve();
  else process.exit(await worker.run(argument));
}

class WorkerProcess<Config> {
  private stop = new AbortController();

  constructor(private readonly program: WorkerProgram<Config>) {
    for (const signal of ['SIGUSR2', 'SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => this.stop.abort(new Error(signal)));
    }
  }

  run(taskPath: string): Promise<number> {
    return runWorker(this.program, taskPath, this.stop.signal);
  }

  serve(): void {
    let isBusy = false;
    process.on('disconnect', () => {
      this.stop.abort(new Error('the driver is gone'));
      if (!isBusy) process.exit(0);
    });
    process.on('message', (message: { run: string } | { stop: string }) => {
      if ('stop' in message) {
        this.stop.abort(new Error(message.stop));
        return;
      }
      this.stop = new AbortController();
      isBusy = true;
      void this.run(message.run).then((code) => {
        isBusy = false;
        if (!process.connected) process.exit(code);
        process.send?.({ memoryBytes: process.memoryUsage.rss() });
      });
    });
  }
}
