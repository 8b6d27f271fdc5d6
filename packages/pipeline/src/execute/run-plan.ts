import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { LeaseWatch } from '../cache/lease';
import type { StageCache } from '../cache/stage-cache';
import type { Job, JobEnd, Launcher, TaskOutcome } from '../launch/launcher';
import type { Resources } from '../spec/profile-schema';
import type { SearchGate } from '../search/search-gate';
import type { StageTask, SweepPlan } from '../stage/plan';
import { EventReader } from './event-log';
import type { JobFolders } from './job-folders';
import { type RetryLimits, Tries } from './retry-policy';
import { EVENTS_FILE, type WorkerEvent } from './task-file';
import { TaskGraph, type TaskResult } from './task-graph';

/** How a plan is run. */
export interface RunPlanOptions {
  cache: StageCache;
  launcher: Launcher;
  jobs: JobFolders;
  resourcesOf: (task: StageTask) => Resources;
  retries: RetryLimits;
  /** Decides how far tasks of a search run. */
  gate?: SearchGate;
  /** Stop all after so many failed tasks; default: run what can still be run. */
  maxFailures?: number;
  onStatus?: (task: StageTask, result: TaskResult) => void;
  onEvent?: (task: StageTask, event: WorkerEvent) => void;
  signal: AbortSignal;
}

/** Pause before looking again at a task that another driver's worker has. */
const ELSEWHERE_MS = 250;

/** Longest time without a look at what workers tell. */
const EVENTS_MS = 200;

/**
 * Runs all tasks that are not cached, each after those it needs, as many at a time as the launcher
 * takes. Several drivers may run the same plan at once: a lease keeps each task with one worker.
 *
 * @returns the fate of each task, by key
 */
export async function runPlan(
  plan: SweepPlan,
  options: RunPlanOptions,
): Promise<Map<string, TaskResult>> {
  const run = new PlanRun(plan, options);
  return run.toEnd();
}

interface RunningTask {
  job: Job;
  events: EventReader<WorkerEvent>;
}

class PlanRun {
  private readonly graph: TaskGraph;
  private readonly leases: LeaseWatch;
  private readonly waiting: StageTask[] = [];
  private readonly running = new Map<string, RunningTask>();
  /** Paused for a search to judge them. */
  private readonly held = new Map<string, StageTask>();
  private readonly elsewhere = new Map<string, { task: StageTask; lookAgainMs: number }>();
  private readonly tries = new Map<string, Tries>();
  private readonly stop = new AbortController();
  private failures = 0;
  private isCancelling = false;
  private eventsReadMs = 0;

  constructor(
    plan: SweepPlan,
    private readonly options: RunPlanOptions,
  ) {
    this.leases = new LeaseWatch(options.cache.leases);
    this.graph = new TaskGraph(plan, (task, result) => this.onSettled(task, result));
  }

  async toEnd(): Promise<Map<string, TaskResult>> {
    const { launcher, signal } = this.options;
    await this.adoptJobs();
    while (!this.graph.isFinished) {
      if ((signal.aborted || this.stop.signal.aborted) && !this.isCancelling) {
        this.isCancelling = true;
        await launcher.cancel();
      }
      if (this.isCancelling) {
        this.waiting.splice(0);
        if (this.running.size === 0) {
          for (const task of this.graph.unsettled()) {
            this.graph.settle(task, { status: 'stopped', seconds: 0 });
          }
          break;
        }
      } else await this.startTasks();
      for (const end of await launcher.poll()) await this.onEnd(end);
      await this.readEvents(false);
      if (this.running.size === 0 && this.elsewhere.size > 0) await sleep(ELSEWHERE_MS);
    }
    return this.graph.results;
  }

  /** Jobs of a driver that is gone may be waiting or running in a cluster. */
  private async adoptJobs(): Promise<void> {
    const { launcher, jobs, resourcesOf } = this.options;
    if (launcher.name === 'local') return;
    const candidates: Job[] = [];
    for (const task of this.graph.plan.tasks) {
      if (task.cachedSeconds !== undefined) continue;
      const job = await jobs.unfinished(task, resourcesOf(task));
      if (job !== null) candidates.push(job);
    }
    for (const job of await launcher.adopt(candidates)) this.track(job);
  }

  private async startTasks(): Promise<void> {
    const { cache, launcher, jobs } = this.options;
    this.lookElsewhere();
    // A hit makes others ready, which may be hits.
    for (let ready = this.graph.takeReady(); ready.length > 0; ready = this.graph.takeReady()) {
      for (const task of ready) {
        if (this.running.has(task.key)) continue;
        if (!(await this.takeFromCache(task))) this.waiting.push(task);
      }
    }
    await this.holdJudged();
    await this.sendOn();
    const batch: Job[] = [];
    const passedOver: StageTask[] = [];
    for (const task of this.waiting.splice(0)) {
      const resources = this.resourcesFor(task);
      if (!launcher.accepts(resources)) {
        passedOver.push(task);
        continue;
      }
      if (!(await this.leases.isFree(task.key))) this.waitElsewhere(task);
      else if ((await cache.lookUp(task.key)) !== null) await this.takeFromCache(task);
      else {
        const admission = (await this.options.gate?.admit(task)) ?? 'run';
        if (admission === 'hold') {
          this.held.set(task.key, task);
          continue;
        }
        const pauseAt = admission === 'run' ? undefined : admission;
        const job = await jobs.create(task, resources, pauseAt);
        batch.push(job);
        if (!launcher.takesBatches) await launcher.submit(batch.splice(0));
        this.track(job);
      }
    }
    this.waiting.push(...passedOver);
    if (batch.length > 0) await launcher.submit(batch);
    if (this.waiting.length + this.running.size + this.elsewhere.size === 0) await this.prune();
  }

  /** Takes aside what a search has figures of: it decides on all of them before anything starts. */
  private async holdJudged(): Promise<void> {
    const { gate } = this.options;
    if (gate === undefined) return;
    for (const task of this.waiting.splice(0)) {
      if ((await gate.admit(task)) === 'hold') this.held.set(task.key, task);
      else this.waiting.push(task);
    }
  }

  /** Draws that a search sends on come before new ones, as soon as there is room for them. */
  private async sendOn(): Promise<void> {
    const { gate, launcher } = this.options;
    for (;;) {
      const [first] = this.held.values();
      if (gate === undefined || first === undefined) return;
      if (!launcher.accepts(this.resourcesFor(first))) return;
      const keys = await gate.sendOn();
      if (keys === undefined) return;
      const tasks = keys.flatMap((key) => this.held.get(key) ?? []);
      for (const { key } of tasks) this.held.delete(key);
      this.waiting.unshift(...tasks);
      if (!launcher.takesBatches && tasks.length > 0) return; // others, once these have started
    }
  }

  /** When nothing runs or may go on any more, the search has stopped the rest. */
  private async prune(): Promise<void> {
    await this.sendOn();
    if (this.waiting.length > 0) return;
    for (const task of this.held.values()) {
      const step = this.options.gate?.stepOf(task) ?? 0;
      const message = `stopped by the search at step ${step}`;
      this.graph.settle(task, { status: 'pruned', seconds: 0, message });
    }
    this.held.clear();
  }

  private async takeFromCache(task: StageTask): Promise<boolean> {
    const { cache } = this.options;
    const found = await cache.lookUp(task.key);
    if (found === null) return false;
    await cache.touch(task.key);
    this.graph.settle(task, { status: 'cached', seconds: found.manifest.seconds });
    await this.replayLog(task);
    return true;
  }

  /** A hit tells what the task told when it ran; its metrics lie beside the log. */
  private async replayLog(task: StageTask): Promise<void> {
    const text = await readFile(this.options.cache.records(task.key).log, 'utf8').catch(() => '');
    for (const line of text.split('\n').filter((content) => content !== '')) {
      this.options.onEvent?.(task, { type: 'log', text: line, replayed: true });
    }
  }

  private resourcesFor(task: StageTask): Resources {
    const resources = this.options.resourcesOf(task);
    const factor = this.tries.get(task.key)?.memoryFactor() ?? 1;
    const { memoryGb: memory } = resources;
    return memory === undefined ? resources : { ...resources, memoryGb: memory * factor };
  }

  private track(job: Job): void {
    const events = new EventReader<WorkerEvent>(join(job.folder, EVENTS_FILE));
    this.running.set(job.task.key, { job, events });
    this.options.onStatus?.(job.task, { status: 'running', seconds: 0 });
  }

  private waitElsewhere(task: StageTask): void {
    this.elsewhere.set(task.key, { task, lookAgainMs: performance.now() + ELSEWHERE_MS });
  }

  private lookElsewhere(): void {
    const now = performance.now();
    for (const [key, { task, lookAgainMs }] of this.elsewhere) {
      if (now < lookAgainMs) continue;
      this.elsewhere.delete(key);
      this.waiting.push(task);
    }
  }

  private async onEnd({ job, outcome }: JobEnd): Promise<void> {
    const { task } = job;
    await this.readEvents(true);
    this.running.delete(task.key);
    if (outcome.status === 'busy') {
      this.waitElsewhere(task);
      return;
    }
    if (outcome.status === 'paused') {
      this.waiting.push(task); // its figures tell whether it is held
      return;
    }
    if (outcome.status === 'failed' && this.mayTryAgain(task, outcome)) {
      this.waiting.push(task);
      return;
    }
    this.graph.settle(task, resultOf(outcome));
  }

  private mayTryAgain(
    task: StageTask,
    { cause, message }: Extract<TaskOutcome, { status: 'failed' }>,
  ): boolean {
    const tries = this.tries.get(task.key) ?? new Tries();
    this.tries.set(task.key, tries);
    if (this.isCancelling || !tries.allow(cause, this.options.retries)) return false;
    this.options.onEvent?.(task, { type: 'log', text: `trying again after ${cause}: ${message}` });
    return true;
  }

  private async readEvents(isForced: boolean): Promise<void> {
    const now = performance.now();
    if (!isForced && now - this.eventsReadMs < EVENTS_MS) return;
    this.eventsReadMs = now;
    for (const { job, events } of this.running.values()) {
      for (const event of await events.read()) this.options.onEvent?.(job.task, event);
    }
  }

  private onSettled(task: StageTask, result: TaskResult): void {
    this.options.onStatus?.(task, result);
    if (result.status !== 'failed') return;
    this.failures++;
    if (this.failures >= (this.options.maxFailures ?? Infinity)) {
      this.stop.abort(new Error('too many failed tasks'));
    }
  }
}

function resultOf(outcome: TaskOutcome): TaskResult {
  switch (outcome.status) {
    case 'done':
      return { status: 'done', seconds: outcome.seconds };
    case 'stopped':
    case 'paused':
    case 'busy':
      return { status: 'stopped', seconds: 0 };
    case 'failed':
      return { status: 'failed', seconds: 0, message: outcome.message };
  }
}
