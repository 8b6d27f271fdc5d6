import type { StageTask } from '../stage/plan';
import type { Job, JobEnd, Launcher } from './launcher';

/** What is simulated. */
interface SimulationOptions {
  /** Seconds that a task takes. */
  secondsOf: (task: StageTask) => number;
  /** Tasks at a time. */
  maxParallel: number;
}

/** Runs nothing: lets a clock of its own jump from end to end. */
export class SimulatedLauncher implements Launcher {
  readonly name = 'simulated';
  readonly takesBatches = false;
  /** Simulated time, seconds. */
  seconds = 0;
  /** Seconds of work on all slots together. */
  busySeconds = 0;
  private readonly running: { job: Job; endSeconds: number }[] = [];

  constructor(private readonly options: SimulationOptions) {}

  async preflight(): Promise<void> {
    // Nothing is needed.
  }

  accepts(): boolean {
    return this.running.length < this.options.maxParallel;
  }

  submit(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      const seconds = this.options.secondsOf(job.task);
      this.busySeconds += seconds;
      this.running.push({ job, endSeconds: this.seconds + seconds });
    }
    return Promise.resolve();
  }

  adopt(): Promise<Job[]> {
    return Promise.resolve([]);
  }

  poll(): Promise<JobEnd[]> {
    if (this.running.length === 0) return Promise.resolve([]);
    this.seconds = Math.min(...this.running.map(({ endSeconds }) => endSeconds));
    const ended = this.running.filter(({ endSeconds }) => endSeconds === this.seconds);
    for (const end of ended) this.running.splice(this.running.indexOf(end), 1);
    return Promise.resolve(
      ended.map(({ job }) => ({
        job,
        outcome: { status: 'done', seconds: this.options.secondsOf(job.task) },
      })),
    );
  }

  cancel(): Promise<void> {
    this.running.splice(0);
    return Promise.resolve();
  }

  render(): string {
    return '';
  }

  async close(): Promise<void> {
    // Nothing was opened.
  }
}
