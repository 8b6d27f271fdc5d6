import type { StageTask, SweepPlan } from '../stage/plan';

/** Where a task stands. */
export type TaskStatus =
  'waiting' | 'running' | 'done' | 'cached' | 'failed' | 'skipped' | 'stopped' | 'pruned';

/** A task's fate. */
export interface TaskResult {
  status: TaskStatus;
  /** Seconds of work: now, or when it was made. */
  seconds: number;
  message?: string;
}

/** Which tasks of a plan may start, as others end. */
export class TaskGraph {
  readonly results = new Map<string, TaskResult>();
  private readonly dependents = new Map<string, StageTask[]>();
  private readonly open = new Map<string, number>();
  private ready: StageTask[] = [];

  /** @param onSettled called once for each task */
  constructor(
    readonly plan: SweepPlan,
    private readonly onSettled: (task: StageTask, result: TaskResult) => void,
  ) {
    for (const task of plan.tasks) {
      const needs = new Set(Object.values(task.needs));
      this.open.set(task.key, needs.size);
      if (needs.size === 0) this.ready.push(task);
      for (const key of needs) {
        const known = this.dependents.get(key) ?? [];
        this.dependents.set(key, known);
        known.push(task);
      }
    }
  }

  /** True once every task has its fate. */
  get isFinished(): boolean {
    return this.results.size === this.plan.tasks.length;
  }

  /** Tasks that became ready since the last call, in the plan's order. */
  takeReady(): StageTask[] {
    return this.ready.splice(0);
  }

  /** Notes a task's fate; tasks that need it become ready, or hopeless. */
  settle(task: StageTask, result: TaskResult): void {
    const queue: [StageTask, TaskResult][] = [[task, result]];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [settled, fate] = next;
      if (this.results.has(settled.key)) continue;
      this.results.set(settled.key, fate);
      this.onSettled(settled, fate);
      const isDone = fate.status === 'done' || fate.status === 'cached';
      for (const dependent of this.dependents.get(settled.key) ?? []) {
        if (!isDone) {
          const status = fate.status === 'pruned' ? 'pruned' : 'skipped';
          queue.push([dependent, { status, seconds: 0 }]);
          continue;
        }
        const left = (this.open.get(dependent.key) ?? 0) - 1;
        this.open.set(dependent.key, left);
        if (left === 0 && !this.results.has(dependent.key)) this.ready.push(dependent);
      }
    }
  }

  /** Tasks without a fate, in the plan's order. */
  unsettled(): StageTask[] {
    return this.plan.tasks.filter(({ key }) => !this.results.has(key));
  }
}
