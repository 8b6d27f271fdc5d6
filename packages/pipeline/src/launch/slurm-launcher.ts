import { canonicalJson, UnsupportedError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeDurably } from '../cache/durable';
import { readTaskOutput } from '../execute/task-file';
import type { SlurmProfile } from '../spec/profile-schema';
import { jobOutcome } from './job-outcome';
import type { FailureCause, Job, JobEnd, Launcher } from './launcher';
import { findArray, slurm, type SlurmState, slurmStates } from './slurm-commands';
import { scriptPath, slurmScript } from './slurm-script';

/** How a {@link SlurmLauncher} runs workers. */
export interface SlurmOptions {
  entry: readonly string[];
  /** Elements of one array that run at a time. */
  maxParallel: number;
  profile: SlurmProfile;
  /** Folder for batch scripts, which all nodes see. */
  folder: string;
}

/** Where a job is in Slurm; kept in the job's folder, so that the driver may exit. */
interface Handle {
  array: string;
  index: number;
}

interface Tracked extends Handle {
  job: Job;
  /** When Slurm was first found not to know the job any more. */
  missingSinceMs?: number;
}

const HANDLE_FILE = 'slurm.json';

/** States in which a job is not over. PREEMPTED comes before a requeue, so it is none of the ends. */
const ALIVE = [
  'PENDING',
  'RUNNING',
  'CONFIGURING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'RESIZING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'SIGNALING',
  'STAGE_OUT',
  'PREEMPTED',
];

const CAUSES: Readonly<Record<string, FailureCause>> = {
  TIMEOUT: 'timeout',
  DEADLINE: 'timeout',
  OUT_OF_MEMORY: 'oom',
  NODE_FAIL: 'preempted',
  BOOT_FAIL: 'preempted',
  CANCELLED: 'preempted', // by somebody else
};

/** Jobs in one array: clusters limit it, 1001 by default. */
const ARRAY_SIZE = 1000;

/** Runs jobs as array jobs of a Slurm cluster whose nodes share this file system. */
export class SlurmLauncher implements Launcher {
  readonly name = 'slurm';
  readonly takesBatches = true;
  private readonly tracked = new Map<string, Tracked>();
  private isCancelled = false;

  constructor(private readonly options: SlurmOptions) {}

  async preflight(): Promise<void> {
    await slurm('sinfo', ['--noheader', '--format=%P']).catch((error: unknown) => {
      throw new UnsupportedError(
        `slurm launcher: sinfo does not answer (${messageOf(error)}); expected a Slurm cluster; run this where sbatch works, or use another profile`,
        { cause: error },
      );
    });
  }

  accepts(): boolean {
    return true; // the cluster has a queue
  }

  async submit(jobs: readonly Job[]): Promise<void> {
    await mkdir(this.options.folder, { recursive: true });
    for (const batch of this.batches(jobs)) {
      const name = arrayName(batch);
      const script = scriptPath(resolve(this.options.folder), name);
      await writeDurably(script, this.script(name, batch));
      // A driver that died right here has submitted it already.
      const array = (await findArray(name)) ?? (await this.sbatch(script));
      for (const [index, job] of batch.entries()) {
        const handle: Handle = { array, index };
        await writeDurably(join(job.folder, HANDLE_FILE), JSON.stringify(handle));
        this.tracked.set(job.folder, { job, ...handle });
      }
    }
  }

  async adopt(jobs: readonly Job[]): Promise<Job[]> {
    const adopted: Job[] = [];
    for (const job of jobs) {
      const handle = await readHandle(job.folder);
      if (handle === null) continue;
      this.tracked.set(job.folder, { job, ...handle });
      adopted.push(job);
    }
    return adopted; // one that is over is reported by the next poll
  }

  async poll(): Promise<JobEnd[]> {
    if (this.tracked.size === 0) return [];
    await sleep(this.options.profile.pollSeconds * 1000);
    const arrays = [...new Set([...this.tracked.values()].map(({ array }) => array))];
    const states = await slurmStates(arrays);
    const ends: JobEnd[] = [];
    for (const tracked of [...this.tracked.values()]) {
      const end = await this.endOf(tracked, states.get(`${tracked.array}_${tracked.index}`));
      if (end === null) continue;
      this.tracked.delete(tracked.job.folder);
      ends.push(end);
    }
    return ends;
  }

  async cancel(): Promise<void> {
    this.isCancelled = true;
    const ids = [...this.tracked.values()].map(({ array, index }) => `${array}_${index}`);
    if (ids.length === 0) return;
    // Running workers save a checkpoint and end by themselves; those that wait are simply removed.
    await slurm('scancel', ['--batch', '--signal=USR2', '--state=RUNNING', ...ids]).catch(() => '');
    await slurm('scancel', ['--state=PENDING', ...ids]).catch(() => '');
  }

  render(jobs: readonly Job[]): string {
    return this.batches(jobs)
      .map((batch) => this.script(arrayName(batch), batch))
      .join('\n');
  }

  async close(): Promise<void> {
    // Jobs go on without their driver.
  }

  /** Jobs of one stage with the same resources and environment share an array. */
  private batches(jobs: readonly Job[]): Job[][] {
    const groups = new Map<string, Job[]>();
    for (const job of jobs) {
      const name = canonicalJson([job.task.stage, job.resources, job.task.environment]);
      const known = groups.get(name) ?? [];
      groups.set(name, known);
      known.push(job);
    }
    return [...groups.values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / ARRAY_SIZE) }, (_, index) =>
        group.slice(index * ARRAY_SIZE, (index + 1) * ARRAY_SIZE),
      ),
    );
  }

  private script(name: string, jobs: readonly Job[]): string {
    const { profile, maxParallel, entry } = this.options;
    return slurmScript({ name, jobs, profile, maxParallel, entry });
  }

  private async sbatch(script: string): Promise<string> {
    try {
      const answer = await slurm('sbatch', ['--parsable', script]);
      return answer.split(';')[0] ?? answer;
    } catch (error) {
      throw new UnsupportedError(
        `slurm launcher: sbatch refuses ${script}: ${messageOf(error)}; correct the profile's resources and options`,
        { cause: error },
      );
    }
  }

  private async endOf(tracked: Tracked, found: SlurmState | undefined): Promise<JobEnd | null> {
    const { job, array, index } = tracked;
    const output = await readTaskOutput(job.folder);
    const isWhole = output?.status === 'done' || output?.status === 'busy';
    const { lostSeconds: lostSeconds } = this.options.profile;
    if (!isWhole) {
      if (found !== undefined) delete tracked.missingSinceMs;
      if (found !== undefined && ALIVE.includes(found.state)) return null;
      // A queue that does not answer for a moment is no end; a worker that a requeue stopped goes on.
      if (found === undefined && output?.status !== 'failed') {
        tracked.missingSinceMs ??= performance.now();
        if (performance.now() - tracked.missingSinceMs < lostSeconds * 1000) return null;
      }
    }
    const state = found?.state ?? 'unknown to Slurm';
    const outcome = await jobOutcome(job.folder, {
      isCancelled: this.isCancelled,
      cause: found === undefined ? 'preempted' : (CAUSES[found.state] ?? 'failed'),
      message: `job ${array}_${index} ended as ${state}${found?.reason ? ` (${found.reason})` : ''}`,
    });
    return { job, outcome };
  }
}

/** The same jobs always get the same name: tells whether they are submitted already. */
function arrayName(jobs: readonly Job[]): string {
  const hash = createHash('sha256').update(jobs.map(({ folder }) => folder).join('\n'));
  return `omnict-${jobs[0]?.task.stage ?? ''}-${hash.digest('hex').slice(0, 10)}`;
}

async function readHandle(folder: string): Promise<Handle | null> {
  try {
    const { array, index } = JSON.parse(
      await readFile(join(folder, HANDLE_FILE), 'utf8'),
    ) as Handle;
    // Both become arguments of Slurm's commands: numbers, and nothing that reads as an option.
    return /^\d+$/.test(array) && Number.isSafeInteger(index) ? { array, index } : null;
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr ?? '').trim() || message;
}
