import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time, passed in so that tests need not wait. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await sleepFor(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
