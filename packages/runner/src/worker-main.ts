import { runWorker } from './execute/worker';

// Entry of a worker process. `node worker-main.js TASK.json` runs one task; with --serve it runs one
// after the other, as its driver asks, and ends when the driver does.

let stop = new AbortController();
for (const signal of ['SIGUSR2', 'SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => stop.abort(new Error(signal)));
}

const [argument = ''] = process.argv.slice(2);
if (argument === '--serve') serve();
else process.exit(await runWorker(argument, stop.signal));

function serve(): void {
  let isBusy = false;
  process.on('disconnect', () => {
    stop.abort(new Error('the driver is gone'));
    if (!isBusy) process.exit(0);
  });
  process.on('message', (message: { run: string } | { stop: string }) => {
    if ('stop' in message) {
      stop.abort(new Error(message.stop));
      return;
    }
    stop = new AbortController();
    isBusy = true;
    void runWorker(message.run, stop.signal).then((code) => {
      isBusy = false;
      if (!process.connected) process.exit(code);
      process.send?.({ memoryBytes: process.memoryUsage.rss() });
    });
  });
}
