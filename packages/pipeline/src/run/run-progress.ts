import type { RunEvent } from './run-folder';
import type { StageCost } from '../stage/estimate';
import type { StageTask } from '../stage/plan';

/** A task that runs now. */
export interface TaskProgress {
  stage: string;
  key: string;
  trials: readonly string[];
  /** Units of work done and in all; 0 of 0 until the stage tells. */
  done: number;
  total: number;
  seconds: number;
  /** Until it ends; undefined when nothing tells. */
  secondsLeft: number | undefined;
}

/** How far the tasks of a stage are. */
export interface StageProgress {
  stage: string;
  done: number;
  running: number;
  waiting: number;
  failed: number;
  /** Of work, when all that is left is known. */
  secondsLeft: number | undefined;
}

/** How far a run is. */
export interface RunProgress {
  stages: StageProgress[];
  running: TaskProgress[];
  /** Of work on all stages, when all that is left is known. */
  secondsLeft: number | undefined;
}

interface Running {
  startedMs: number;
  done: number;
  total: number;
}

/** Follows the events of a run. */
export class ProgressTracker {
  private readonly running = new Map<string, Running>();
  private readonly ended = new Map<string, 'done' | 'failed'>();
  private readonly took = new Map<string, { count: number; seconds: number }>();

  /** @param costs of stages in earlier runs, for tasks that tell nothing about themselves */
  constructor(
    private readonly tasks: readonly StageTask[],
    private readonly costs: ReadonlyMap<string, StageCost> = new Map(),
  ) {}

  /** Takes note of one event. */
  add(event: RunEvent): void {
    const nowMs = Date.parse(event.time);
    switch (event.type) {
      case 'start':
        this.running.clear();
        return;
      case 'end':
        return;
      case 'status':
        this.addStatus(event, nowMs);
        return;
      case 'event': {
        const known = this.running.get(event.key);
        if (known === undefined || event.event.type !== 'progress') return;
        known.done = event.event.done;
        known.total = event.event.total;
      }
    }
  }

  /** Notes that the cache has a task, whoever made it. */
  markDone(key: string): void {
    this.running.delete(key);
    this.ended.set(key, 'done');
  }

  /** How far the run is. */
  progress(nowMs = Date.now()): RunProgress {
    const stages = new Map<string, StageProgress>();
    const running: TaskProgress[] = [];
    for (const task of this.tasks) {
      const { stage } = task;
      const counts = stages.get(stage) ?? emptyStage(stage);
      stages.set(stage, counts);
      const end = this.ended.get(task.key);
      const now = this.running.get(task.key);
      if (end !== undefined) counts[end]++;
      else if (now === undefined) {
        counts.waiting++;
        counts.secondsLeft = sum(counts.secondsLeft, this.secondsOf(stage));
      } else {
        const own = taskProgress(task, now, { nowMs, usual: this.secondsOf(stage) });
        running.push(own);
        counts.running++;
        counts.secondsLeft = sum(counts.secondsLeft, own.secondsLeft);
      }
    }
    const all = [...stages.values()];
    const secondsLeft = all.reduce<number | undefined>(
      (left, stage) => sum(left, stage.secondsLeft),
      0,
    );
    return { stages: all, running, secondsLeft };
  }

  private addStatus(event: Extract<RunEvent, { type: 'status' }>, nowMs: number): void {
    const { key, status, seconds } = event;
    if (status === 'running') {
      this.running.set(key, { startedMs: nowMs, done: 0, total: 0 });
      return;
    }
    this.running.delete(key);
    if (status === 'failed') this.ended.set(key, 'failed');
    if (status === 'pruned') this.ended.set(key, 'done'); // nothing of it is left to do
    if (status !== 'done' && status !== 'cached') return;
    this.ended.set(key, 'done');
    const stage = this.tasks.find((task) => task.key === key)?.stage ?? '';
    const took = this.took.get(stage) ?? { count: 0, seconds: 0 };
    this.took.set(stage, { count: took.count + 1, seconds: took.seconds + seconds });
  }

  /** Seconds a task of the stage usually takes: in this run, or else in earlier ones. */
  private secondsOf(stage: string): number | undefined {
    const took = this.took.get(stage);
    return took === undefined ? this.costs.get(stage)?.seconds : took.seconds / took.count;
  }
}

function emptyStage(stage: string): StageProgress {
  return { stage, done: 0, running: 0, waiting: 0, failed: 0, secondsLeft: 0 };
}

function taskProgress(
  { stage, key, trials }: StageTask,
  { startedMs, done, total }: Running,
  { nowMs, usual }: { nowMs: number; usual: number | undefined },
): TaskProgress {
  const seconds = (nowMs - startedMs) / 1000;
  const byUnits = done > 0 ? (seconds / done) * (total - done) : undefined;
  const byUsual = usual === undefined ? undefined : Math.max(0, usual - seconds);
  return { stage, key, trials, done, total, seconds, secondsLeft: byUnits ?? byUsual };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
