import type { Resources } from '../spec/profile-schema';
import type { StageTask } from '../stage/plan';

/** Why an attempt failed; a mistake is what no further try can mend. */
export type FailureCause = 'failed' | 'mistake' | 'timeout' | 'preempted' | 'oom';

/** How an attempt ended. */
export type TaskOutcome =
  | { status: 'done'; seconds: number }
  /** Another process works on the task. */
  | { status: 'busy' }
  /** Came to where a search judges it; its checkpoint is saved. */
  | { status: 'paused' }
  /** Asked to stop by the driver; its checkpoint is saved. */
  | { status: 'stopped' }
  | { status: 'failed'; cause: FailureCause; message: string };

/** One attempt of a task. */
export interface Job {
  task: StageTask;
  /** From 1; counts on over restarts of the driver. */
  attempt: number;
  /** Folder of this attempt alone, with its task file. */
  folder: string;
  resources: Resources;
}

/** An attempt that ended. */
export interface JobEnd {
  job: Job;
  outcome: TaskOutcome;
}

/**
 * Starts workers somewhere and tells when they ended. All launchers run the same worker, and believe
 * its `result.json` alone: what a scheduler says only explains why there is none.
 */
export interface Launcher {
  readonly name: string;
  /** True when jobs that are ready together are best handed over together, as arrays. */
  readonly takesBatches: boolean;
  /** @throws UnsupportedError when it cannot work here, with what is missing */
  preflight: () => Promise<void>;
  /** True when it takes one more job with such resources now. */
  accepts: (resources: Resources) => boolean;
  /** Starts jobs; starting a job that is known to the scheduler already changes nothing. */
  submit: (jobs: readonly Job[]) => Promise<void>;
  /** Takes over jobs that an earlier driver started. @returns those that are still alive */
  adopt: (jobs: readonly Job[]) => Promise<Job[]>;
  /** Jobs that ended since the last call; waits a while for the first. */
  poll: () => Promise<JobEnd[]>;
  /** Asks all running jobs to save a checkpoint and stop; {@link Launcher.poll} tells when they have. */
  cancel: () => Promise<void>;
  /** What would be handed to the scheduler, for people. */
  render: (jobs: readonly Job[]) => string;
  /** Ends what the launcher itself keeps running. */
  close: () => Promise<void>;
}
