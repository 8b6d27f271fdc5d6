import { ConfigError } from '@omnict/core';
import { type Clock, SYSTEM_CLOCK } from './clock';

/** What a server allows; what is left out is not limited. */
export interface RateLimits {
  requestsPerMinute?: number;
  /** Prompt and completion tokens together. */
  tokensPerMinute?: number;
}

const MINUTE_MS = 60_000;

/**
 * Spaces requests evenly, so that no minute ever holds more than allowed (the generic cell rate
 * algorithm without bursts).
 */
export class RateLimiter {
  private freeAt = 0;
  private pausedUntil = 0;

  constructor(
    private readonly limits: RateLimits = {},
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {
    for (const [name, value] of Object.entries(limits) as [string, number | undefined][]) {
      if (value === undefined || value > 0) continue;
      throw new ConfigError(
        `rate.${name}: expected more than 0, got ${value}; leave it out for no limit`,
      );
    }
  }

  /** Waits for the turn of a request of so many tokens. */
  async take(tokens: number, signal?: AbortSignal): Promise<void> {
    const start = Math.max(this.clock.now(), this.freeAt);
    this.freeAt = start + this.gap(tokens);
    for (;;) {
      const wait = Math.max(start, this.pausedUntil) - this.clock.now();
      if (wait <= 0) return;
      await this.clock.sleep(wait, signal);
    }
  }

  /** Holds back every request, for a server that asked for it. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + milliseconds);
  }

  private gap(tokens: number): number {
    const { requestsPerMinute = Infinity, tokensPerMinute = Infinity } = this.limits;
    return Math.max(MINUTE_MS / requestsPerMinute, (MINUTE_MS * tokens) / tokensPerMinute);
  }
}
