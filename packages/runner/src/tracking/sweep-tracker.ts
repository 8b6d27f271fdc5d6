import { clientFromEnvironment, type MlflowClient } from '@omnict/tracking';
import type { StageTask, TaskResult } from '@omnict/pipeline';
import type { PreparedSweep, SweepResult } from '../sweep';
import { SweepJournals } from './sweep-journals';
import type { SweepSummary } from './sweep-summary';

/** Seconds to wait, when a sweep ends, for another process that records it; a dead one's claim is void sooner. */
const RECORDER_PATIENCE = 15;

/** A task's status, and when it was told. */
interface Told {
  task: StageTask;
  result: TaskResult;
  timeMs: number;
}

/**
 * Records a sweep while it runs: one parent run, one nested run a trial. When two processes run the same
 * sweep, one of them records it: both see every task end.
 */
export class SweepTracker {
  private journals: SweepJournals | undefined;
  /** What to record should the other process be gone in the end. */
  private readonly told: Told[] = [];

  private constructor(
    private readonly sweep: PreparedSweep,
    private readonly client: MlflowClient | undefined,
  ) {}

  /** Opens the journals, or continues those of an earlier attempt. @throws ConfigError for a bad server */
  static async start(sweep: PreparedSweep): Promise<SweepTracker> {
    const client = clientFromEnvironment(process.env, sweep.spec.tracking.uri, { tries: 2 });
    const tracker = new SweepTracker(sweep, client);
    tracker.journals = await SweepJournals.open(sweep, client);
    return tracker;
  }

  /** A task's beginning and end are those of every trial that shares it, also when the cache had it. */
  onStatus(task: StageTask, result: TaskResult): void {
    const told = { task, result, timeMs: Date.now() };
    if (this.journals === undefined) this.told.push(told);
    else this.journals.onStatus(told);
  }

  /**
   * Ends all runs and brings them to the server when there is one.
   *
   * @returns why the server does not have everything; undefined when it does or there is none
   */
  async finish(result: SweepResult, summary: SweepSummary): Promise<string | undefined> {
    if (this.journals === undefined) {
      this.journals = await SweepJournals.open(this.sweep, this.client, RECORDER_PATIENCE);
      for (const told of this.told) this.journals?.onStatus(told);
    }
    return this.journals?.finish(result, summary);
  }
}
