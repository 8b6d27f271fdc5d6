import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lease } from '../cache/lease';
import type { StageCache } from '../cache/stage-cache';
import type { StageTask, SweepPlan } from '../stage/plan';
import { runTaskProcess, type TaskOutcome } from './run-task';
import type { WorkerEvent } from './task-file';

/** Where a task stands. */
export type TaskStatus =
  'waiting' | 'running' | 'done' | 'cached' | 'failed' | 'skipped' | 'stopped';

/** A task's fate. */
export interface TaskResult {
  status: TaskStatus;
  /** Seconds of work: now, or when it was made. */
  seconds: number;
  message?: string;
}

/** How a plan is run. */
export interface RunPlanOptions {
  cache: StageCache;
  workerEntry: readonly [script: string, ...args: string[]];
  stagesModule?: string;
  maxParallel: number;
  /** Threads per worker. */
  threads: number;
  retries: number;
  stopOnFailure: boolean;
  onStatus?: (task: StageTask, result: TaskResult) => void;
  onEvent?: (task: StageTask, event: WorkerEvent) => void;
  signal: AbortSignal;
}

/** Pause before asking again for a task that another driver works on. */
const POLL_MS = 500;

/**
 * Runs all tasks that are not cached, as many at a time as allowed, each after those it needs.
 * Several drivers may run the same plan at once: a lease keeps each task with one of them.
 *
 * @returns the fate of each task, by key
 */
export async function runPlan(
  plan: SweepPlan,
  options: RunPlanOptions,
): Promise<Map<string, TaskResult>> {
  const results = new Map<string, TaskResult>();
  const running = new Map<string, Promise<void>>();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const settle = (task: StageTask, result: TaskResult): void => {
    results.set(task.key, result);
    options.onStatus?.(task, result);
    if (result.status === 'failed' && options.stopOnFailure) stop.abort(new Error('a task failed'));
  };

  for (;;) {
    skipHopeless(plan, results, settle);
    const open = plan.tasks.filter(({ key }) => !results.has(key) && !running.has(key));
    if (open.length === 0 && running.size === 0) return results;
    const ready = signal.aborted
      ? []
      : open.filter(({ needs }) => Object.values(needs).every((key) => isDone(results.get(key))));
    const startable = ready.slice(0, options.maxParallel - running.size);
    for (const task of startable) {
      const work = attempt(task, { ...options, signal }).then((result) => {
        running.delete(task.key);
        if (result !== null) settle(task, result);
      });
      running.set(task.key, work);
    }
    if (running.size > 0) await Promise.race(running.values());
    else if (signal.aborted) {
      for (const task of open) settle(task, { status: 'stopped', seconds: 0 });
    }
  }
}

/** Runs a task unless it is cached; null when another driver has it now. */
async function attempt(task: StageTask, options: RunPlanOptions): Promise<TaskResult | null> {
  const { cache } = options;
  const cached = await cache.lookUp(task.key);
  if (cached !== null) return { status: 'cached', seconds: cached.manifest.seconds };
  const lease = await Lease.take(join(cache.folder, 'leases'), task.key);
  if (lease === null) {
    await sleep(POLL_MS);
    return null;
  }
  try {
    // Between the look and the lease another driver may have finished it.
    const meanwhile = await cache.lookUp(task.key);
    if (meanwhile !== null) return { status: 'cached', seconds: meanwhile.manifest.seconds };
    options.onStatus?.(task, { status: 'running', seconds: 0 });
    return resultOf(await runWithRetries(task, options));
  } finally {
    await lease.release();
  }
}

async function runWithRetries(task: StageTask, options: RunPlanOptions): Promise<TaskOutcome> {
  const { cache, retries, signal } = options;
  const inputs: Record<string, string> = {};
  for (const [name, key] of Object.entries(task.needs)) {
    const found = await cache.lookUp(key);
    if (found === null)
      return {
        status: 'failed',
        message: `result of '${name}' vanished from the cache; run again`,
      };
    inputs[name] = found.outputs;
  }
  const { key, stage, section, seed, engine } = task;
  const file = {
    key,
    stage,
    section,
    seed,
    engine,
    inputs,
    cacheFolder: cache.folder,
    stagesModule: options.stagesModule,
  };
  for (let tries = 0; ; tries++) {
    const outcome = await runTaskProcess(file, {
      entry: options.workerEntry,
      threads: options.threads,
      folder: join(cache.folder, 'tasks'),
      onEvent: (event) => options.onEvent?.(task, event),
      signal,
    });
    if (outcome.status !== 'failed' || tries >= retries || signal.aborted) return outcome;
    options.onEvent?.(task, {
      type: 'log',
      text: `attempt ${tries + 1} failed: ${outcome.message}`,
    });
  }
}

function resultOf(outcome: TaskOutcome): TaskResult {
  switch (outcome.status) {
    case 'done':
      return { status: 'done', seconds: outcome.seconds };
    case 'stopped':
      return { status: 'stopped', seconds: 0 };
    case 'failed':
      return { status: 'failed', seconds: 0, message: outcome.message };
  }
}

/** Tasks whose needs failed can never run. */
function skipHopeless(
  { tasks }: SweepPlan,
  results: ReadonlyMap<string, TaskResult>,
  settle: (task: StageTask, result: TaskResult) => void,
): void {
  for (const task of tasks) {
    if (results.has(task.key)) continue;
    const isHopeless = Object.values(task.needs).some((key) => {
      const need = results.get(key);
      return need !== undefined && !isDone(need);
    });
    if (isHopeless) settle(task, { status: 'skipped', seconds: 0 });
  }
}

function isDone(result: TaskResult | undefined): boolean {
  return result?.status === 'done' || result?.status === 'cached';
}
