import { Random } from '@omnict/core';
import { ChatError } from './chat-error';
import type { Clock } from './clock';

/** How often and how patiently a request is repeated. */
export interface RetryPolicy {
  /** Requests in all, the first included. */
  maxAttempts: number;
  /** Wait after the first failure; it doubles each time. */
  initialDelayMs: number;
  maxDelayMs: number;
  /** A server that asks for a longer wait is given up. */
  maxRetryAfterMs: number;
}

/** Five attempts over about ten seconds, or as the server asks. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  initialDelayMs: 500,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 120_000,
};

/** What {@link withRetries} needs beside the request. */
export interface RetryOptions {
  policy: RetryPolicy;
  clock: Clock;
  /** Names the stream of the jitter. */
  seed: string;
  signal?: AbortSignal | undefined;
  /** Told of every failure that is followed by another attempt. */
  onRetry: (error: ChatError, waitMs: number) => void;
}

/**
 * Repeats a request while its failure may pass: waits as long as `Retry-After` says, else
 * exponentially longer with jitter.
 *
 * @throws ChatError of the last attempt
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { policy, clock, seed, signal, onRetry }: RetryOptions,
): Promise<T> {
  const random = new Random(seed);
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ChatError) || !error.isPassing) throw error;
      if (attempts >= policy.maxAttempts) throw error;
      const { retryAfterMs } = error;
      if (retryAfterMs !== undefined && retryAfterMs > policy.maxRetryAfterMs) throw error;
      const backoff = Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** (attempts - 1));
      const wait = retryAfterMs ?? backoff * random.uniform(0.5, 1);
      onRetry(error, wait);
      await clock.sleep(wait, signal);
    }
  }
}

/**
 * Reads a `Retry-After` header: seconds or a date (RFC 9110, Sec. 10.2.3); `retry-after-ms` is
 * OpenAI's finer one.
 *
 * @param now ms since 1970
 * @returns milliseconds, `undefined` when absent or unreadable
 */
export function parseRetryAfter(headers: Headers | undefined, now: number): number | undefined {
  const milliseconds = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  const text = headers?.get('retry-after') ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return 1000 * Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
