import { OmnictError } from '@omnict/core';
import { setTimeout as sleep } from 'node:timers/promises';

/** Tries in all. */
const TRIES = 3;

/** Before the second try; doubled before each further one. */
const PAUSE_MS = 200;

/**
 * Repeats a request that the network broke off: a kept-alive connection that the other side closed, a
 * moment without a network. What the other side answered, an HTTP error included, is final.
 */
export async function withRetries<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      const { statusCode, name } = error as { statusCode?: number; name?: string };
      const isFinal =
        error instanceof OmnictError || statusCode !== undefined || name === 'AbortError';
      if (isFinal || attempt === TRIES) throw error;
      await sleep(PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}
