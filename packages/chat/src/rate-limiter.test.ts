import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from './clock';
import { RateLimiter } from './rate-limiter';
import { parseRetryAfter } from './retry';

/** A clock that jumps to the end of every sleep. */
function fastClock(): Clock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: (milliseconds: number) => {
      clock.time += milliseconds;
      return Promise.resolve();
    },
  };
  return clock;
}

describe('rate limiter', () => {
  it('never lets more through in any minute than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 80 }),
        async (requestsPerMinute, sizes) => {
          const clock = fastClock();
          const limiter = new RateLimiter({ requestsPerMinute, tokensPerMinute: 100 }, clock);
          const taken: { at: number; tokens: number }[] = [];
          for (const tokens of sizes) {
            await limiter.take(tokens);
            taken.push({ at: clock.time, tokens });
          }
          for (const { at } of taken) {
            // A hair less than a minute: sums of floats round.
            const minute = taken.filter((other) => other.at >= at && other.at < at + 59_999.99);
            expect(minute.length).toBeLessThanOrEqual(requestsPerMinute);
            const before = minute.slice(0, -1).reduce((sum, { tokens }) => sum + tokens, 0);
            expect(before).toBeLessThanOrEqual(100);
          }
        },
      ),
    );
  });

  it('lets everything through without limits, and nothing during a pause', async () => {
    const clock = fastClock();
    const limiter = new RateLimiter({}, clock);
    await limiter.take(1e9);
    await limiter.take(1e9);
    expect(clock.time).toBe(0);
    limiter.pause(500);
    await limiter.take(1);
    expect(clock.time).toBe(500);
  });

  it('refuses a limit of nothing', () => {
    expect(() => new RateLimiter({ requestsPerMinute: 0 })).toThrow(/requestsPerMinute/);
  });
});

describe('Retry-After', () => {
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '30', 'retry-after': '2' }, 30],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:10 GMT' }, 9000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (headers, expected) => {
    expect(parseRetryAfter(new Headers(headers as Record<string, string>), 1000)).toBe(expected);
  });
});
