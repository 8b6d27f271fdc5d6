import { rowTitle, type Unfinished } from '@omnict/report';
import type { SweepResult } from '@omnict/runner';

/** What a sweep lacks; undefined when it is complete. Trials that a search stopped lack nothing. */
export function unfinishedOf({ tasks, trials }: SweepResult): Unfinished | undefined {
  const open = trials.filter(({ model, isPruned }) => model === undefined && isPruned !== true);
  if (open.length === 0) return undefined;
  const stages = new Map<string, Record<'done' | 'failed' | 'left', number>>();
  for (const { task, result } of tasks) {
    const counts = stages.get(task.stage) ?? { done: 0, failed: 0, left: 0 };
    stages.set(task.stage, counts);
    counts[stateOf(result.status)]++;
  }
  const isSeeded = new Set(trials.map(({ trial }) => trial.seed)).size > 1;
  return {
    isStopped: open.some(({ isStopped }) => isStopped === true),
    scored: trials.length - open.length,
    trials: trials.length,
    stages: [...stages].map(([stage, counts]) => ({ stage, ...counts })),
    missing: open.map(({ trial: { row, axes, seed }, failure = 'not finished' }) => ({
      title: `${rowTitle({ name: row, axes })}${isSeeded ? `, seed ${seed}` : ''}`,
      reason: failure,
    })),
  };
}

function stateOf(
  status: SweepResult['tasks'][number]['result']['status'],
): 'done' | 'failed' | 'left' {
  if (status === 'done' || status === 'cached' || status === 'pruned') return 'done';
  return status === 'failed' ? 'failed' : 'left';
}
