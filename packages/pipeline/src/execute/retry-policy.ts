import type { SweepSpec } from '../spec/sweep-schema';
import type { FailureCause } from '../launch/launcher';

/** Further tries of a task, by why it failed. */
export type RetryLimits = Readonly<Record<FailureCause, number>>;

/** Causes that lie outside of the task are tried again more often. */
const DEFAULTS = { timeout: 10, preempted: 10, oom: 1 };

/** Limits as a spec's policy has them. */
export function retryLimits({
  retries,
  retriesByCause: byCause,
}: Pick<SweepSpec['policy'], 'retries' | 'retriesByCause'>): RetryLimits {
  return { failed: retries, mistake: 0, ...DEFAULTS, ...byCause };
}

/** Counts the tries of one task. */
export class Tries {
  private readonly counts = new Map<FailureCause, number>();

  /** True when the task may be tried once more after this failure. */
  allow(cause: FailureCause, limits: RetryLimits): boolean {
    const count = (this.counts.get(cause) ?? 0) + 1;
    this.counts.set(cause, count);
    return count <= limits[cause];
  }

  /** Memory for the next try: twice as much after each time it ran out. */
  memoryFactor(): number {
    return 2 ** (this.counts.get('oom') ?? 0);
  }
}
