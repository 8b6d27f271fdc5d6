import { basename, dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeDurably } from '../cache/durable';
import { OUTPUT_FILE, readTaskOutput, TASK_FILE } from '../execute/task-file';
import type { RayProfile } from '../spec/profile-schema';
import { jobOutcome } from './job-outcome';
import type { Job, JobEnd, Launcher, TaskOutcome } from './launcher';
import { RayClient, type RaySubmission } from './ray-client';
import { secretsOf, workerEnvironment } from './worker-environment';

/** How a {@link RayLauncher} runs workers. */
export interface RayOptions {
  entry: readonly string[];
  maxParallel: number;
  profile: RayProfile;
}

interface Tracked {
  job: Job;
  id: string;
  submittedMs: number;
  hasStarted: boolean;
}

const HANDLE_FILE = 'ray.json';
const BYTES_PER_GB = 1e9;

/** Runs jobs on a Ray cluster whose nodes share this file system. */
export class RayLauncher implements Launcher {
  readonly name = 'ray';
  readonly takesBatches = false;
  private readonly client: RayClient;
  private readonly tracked = new Map<string, Tracked>();
  private isCancelled = false;

  constructor(private readonly options: RayOptions) {
    const { address, headers } = options.profile;
    this.client = new RayClient(address, headers);
  }

  async preflight(): Promise<void> {
    await this.client.version();
  }

  accepts(): boolean {
    return this.tracked.size < this.options.maxParallel;
  }

  async submit(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      const submission = this.submission(job);
      await writeDurably(join(job.folder, HANDLE_FILE), JSON.stringify({ id: submissionId(job) }));
      await this.client.submit(submission);
      this.track(job);
    }
  }

  async adopt(jobs: readonly Job[]): Promise<Job[]> {
    const adopted: Job[] = [];
    for (const job of jobs) {
      if (!existsSync(join(job.folder, HANDLE_FILE))) continue;
      if ((await this.client.job(submissionId(job))) === null) continue; // died before Ray had it
      this.track(job);
      adopted.push(job);
    }
    return adopted;
  }

  async poll(): Promise<JobEnd[]> {
    if (this.tracked.size === 0) return [];
    await sleep(this.options.profile.pollSeconds * 1000);
    const ends: JobEnd[] = [];
    for (const tracked of [...this.tracked.values()]) {
      const outcome = await this.outcomeOf(tracked);
      if (outcome === null) continue;
      this.tracked.delete(tracked.job.folder);
      ends.push({ job: tracked.job, outcome });
    }
    return ends;
  }

  async cancel(): Promise<void> {
    this.isCancelled = true;
    for (const { id } of this.tracked.values()) await this.client.stop(id);
  }

  render(jobs: readonly Job[]): string {
    return jobs.map((job) => JSON.stringify(this.submission(job), null, 2)).join('\n');
  }

  async close(): Promise<void> {
    // Jobs go on without their driver.
  }

  private track(job: Job): void {
    const submittedMs = performance.now();
    this.tracked.set(job.folder, { job, id: submissionId(job), submittedMs, hasStarted: false });
  }

  private submission(job: Job): RaySubmission {
    const { profile, entry } = this.options;
    const { cpus = 1, gpus = 0, memoryGb: memory } = job.resources;
    const environment = workerEnvironment({
      threads: cpus,
      gpus: 'scheduler',
      declared: { ...profile.environment, ...job.task.environment },
    });
    // Ray keeps a submission and shows it; its nodes have secrets of their own, from `ray start`.
    for (const name of secretsOf(environment)) delete environment[name];
    const command = ['node', ...entry, join(job.folder, TASK_FILE)].map(quoted).join(' ');
    return {
      submission_id: submissionId(job),
      entrypoint: `exec ${command} >>${quoted(join(job.folder, OUTPUT_FILE))} 2>&1`,
      runtime_env: { env_vars: environment },
      entrypoint_num_cpus: cpus, // without it Ray runs any number of jobs at once on its head node
      ...(gpus > 0 && { entrypoint_num_gpus: gpus }),
      ...(memory !== undefined && { entrypoint_memory: Math.ceil(memory * BYTES_PER_GB) }),
      metadata: { stage: job.task.stage, key: job.task.key },
    };
  }

  private async outcomeOf(tracked: Tracked): Promise<TaskOutcome | null> {
    const { job, id } = tracked;
    const output = await readTaskOutput(job.folder);
    const found = await this.client.job(id);
    if (output?.status !== 'done' && output?.status !== 'busy') {
      if (found?.status === 'RUNNING') {
        tracked.hasStarted = true;
        return null;
      }
      if (found?.status === 'PENDING') return this.queueOutcome(tracked);
    }
    return jobOutcome(job.folder, {
      isCancelled: this.isCancelled,
      cause: found === null || found.status === 'STOPPED' ? 'preempted' : 'failed',
      message: `Ray job ${id} ended as ${found?.status ?? 'unknown to Ray'}: ${found?.message ?? ''}`,
    });
  }

  /** Ray lets a job that fits no node wait for ever. */
  private async queueOutcome({ id, submittedMs }: Tracked): Promise<TaskOutcome | null> {
    const { queueMinutes: minutes } = this.options.profile;
    if (this.isCancelled) return { status: 'stopped' };
    if (performance.now() - submittedMs < minutes * 60_000) return null;
    await this.client.stop(id);
    const message = `Ray job ${id} waited for more than ${minutes} minutes; expected free resources; lower the profile's resources or raise queueMinutes`;
    return { status: 'failed', cause: 'failed', message };
  }
}

/** The same attempt always gets the same id. */
function submissionId({ folder, task, attempt }: Job): string {
  const run = basename(dirname(dirname(dirname(folder)))); // <run>/jobs/<task>/<attempt>
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  return `${run}-${task.stage}-${task.key.slice(0, 8)}-${attempt}-${hash}`;
}

/** A word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
