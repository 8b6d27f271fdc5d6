import type { Output } from './output';

/** Exit code of a shell command ended by SIGINT. */
const INTERRUPTED = 130;

/**
 * First Ctrl-C (or SIGTERM): ask politely; second: leave at once, workers then stop by themselves.
 */
export function stopOnInterrupt(
  { err }: Output,
  words = 'stopping: running stages save a checkpoint',
): { signal: AbortSignal; dispose: () => void } {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    err(`${words}; press Ctrl-C again to leave at once\n`);
    stop.abort(new Error('interrupted'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
