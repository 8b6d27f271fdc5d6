import { setTimeout as sleep } from 'node:timers/promises';
import { UnsupportedError } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASK_FILE } from '../execute/task-file';
import type { LocalProfile, Resources } from '../spec/profile-schema';
import { jobOutcome } from './job-outcome';
import type { FailureCause, Job, JobEnd, Launcher } from './launcher';
import { type Slot, Slots } from './slots';
import { workerEnvironment } from './worker-environment';
import { type BusyWorker, WorkerPool } from './worker-pool';

/** Time a worker has to save a checkpoint once it is asked to stop. */
const GRACE_MS = 20_000;

/** Longest wait for a job to end, so that the driver can look at other things. */
const POLL_MS = 100;

/** How a {@link LocalLauncher} runs workers. */
export interface LocalOptions {
  /** Script that serves tasks. */
  entry: readonly [script: string, ...args: string[]];
  maxParallel: number;
  slots?: LocalProfile['slots'];
  environment?: Readonly<Record<string, string>>;
}

interface Running {
  job: Job;
  slot: Slot;
  worker: BusyWorker;
  /** Why the driver stopped it. */
  stopped?: 'cancelled' | 'timeout';
}

/** Runs jobs as processes of this machine, as many as there are slots. */
export class LocalLauncher implements Launcher {
  readonly name = 'local';
  readonly takesBatches = false;
  private readonly pool = new WorkerPool();
  private readonly slots: Slots;
  private readonly running = new Set<Running>();
  private readonly ended: JobEnd[] = [];
  private wake: () => void = () => undefined;

  constructor(private readonly options: LocalOptions) {
    this.slots = new Slots(options.slots);
  }

  async preflight(): Promise<void> {
    // A machine that runs the driver runs workers.
  }

  accepts(resources: Resources): boolean {
    if (!this.slots.canEver(resources)) {
      const { cpus, memoryGb, gpus } = this.slots;
      throw new UnsupportedError(
        `local launcher: a task asks for ${describe(resources)}; expected at most ${cpus} cpus, ${memoryGb.toFixed(0)} GB, ${gpus.length} gpus; lower its resources or use another profile`,
      );
    }
    return this.running.size < this.options.maxParallel && this.slots.fits(resources);
  }

  async submit(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) this.start(job);
    return Promise.resolve();
  }

  adopt(): Promise<Job[]> {
    return Promise.resolve([]); // workers end with their driver
  }

  async poll(): Promise<JobEnd[]> {
    if (this.ended.length === 0 && this.running.size > 0) {
      await Promise.race([sleep(POLL_MS), new Promise<void>((done) => (this.wake = done))]);
    }
    return this.ended.splice(0);
  }

  async cancel(): Promise<void> {
    for (const running of this.running) this.stop(running, 'cancelled');
    return Promise.resolve();
  }

  render(jobs: readonly Job[]): string {
    const { entry } = this.options;
    return jobs
      .map(({ folder }) => ['node', ...entry, join(folder, TASK_FILE)].join(' '))
      .join('\n');
  }

  async close(): Promise<void> {
    this.pool.close();
    return Promise.resolve();
  }

  private start(job: Job): void {
    const { task, folder, resources } = job;
    const slot = this.slots.take(resources);
    const worker = this.pool.run(join(folder, TASK_FILE), folder, {
      entry: this.options.entry,
      engine: task.engine ?? 'auto',
      environment: workerEnvironment({
        threads: slot.cpus,
        ...(this.slots.gpus.length > 0 && { gpus: slot.gpus }),
        declared: { ...this.options.environment, ...task.environment },
      }),
    });
    const kills = oomKills();
    const running: Running = { job, slot, worker };
    this.running.add(running);
    const { timeMinutes: minutes } = resources;
    const limit =
      minutes === undefined
        ? undefined
        : setTimeout(() => this.stop(running, 'timeout'), minutes * 60_000).unref();
    void worker.ended.then(async ({ died }) => {
      clearTimeout(limit);
      const outcome = await jobOutcome(folder, {
        isCancelled: running.stopped === 'cancelled',
        cause: died === 'SIGKILL' ? killedBecause(kills) : 'failed',
        message: `worker ended: ${died ?? 'without a result'}`,
        outputFile: worker.outputFile,
      });
      this.slots.free(slot);
      this.running.delete(running);
      this.ended.push({ job, outcome: asTimeout(outcome, running.stopped === 'timeout') });
      this.wake();
    });
  }

  private stop(running: Running, reason: 'cancelled' | 'timeout'): void {
    running.stopped = reason;
    running.worker.stop('SIGUSR2');
    setTimeout(() => {
      if (this.running.has(running)) running.worker.kill();
    }, GRACE_MS).unref();
  }
}

/** The kernel counts whom it killed for memory; anybody else's SIGKILL is preemption. */
function killedBecause(killsBefore: number): FailureCause {
  return oomKills() > killsBefore ? 'oom' : 'preempted';
}

function oomKills(): number {
  try {
    const events = readFileSync('/sys/fs/cgroup/memory.events', 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function asTimeout(outcome: JobEnd['outcome'], isTimeout: boolean): JobEnd['outcome'] {
  return isTimeout && outcome.status === 'failed' ? { ...outcome, cause: 'timeout' } : outcome;
}

function describe({ cpus = 1, memoryGb: memory = 0, gpus = 0 }: Resources): string {
  return `${cpus} cpus, ${memory} GB, ${gpus} gpus`;
}
