import { formatSeconds } from '@omnict/report';
import type { PlanEstimate, StageTask, SweepPlan } from '@omnict/pipeline';

/** Characters of a key that people need to tell keys apart. */
const SHORT_KEY = 10;

const MB = 1e6;

/** A plan for the terminal: trials, then one line a distinct task, then what is left. */
export function planText(id: string, { trials, tasks }: SweepPlan, estimate: PlanEstimate): string {
  const missing = tasks.filter(({ cachedSeconds }) => cachedSeconds === undefined);
  const uses = tasks.reduce((sum, task) => sum + task.trials.length, 0);
  return [
    `${id}: ${trials.length} trials, ${uses} stage runs, ${tasks.length} distinct, ${missing.length} to run`,
    ...trials.map(({ name, isBaseline }) => `  ${name}${isBaseline ? ' (baseline)' : ''}`),
    '',
    ...tasks.map(taskLine),
    ...(missing.length === 0 ? [] : ['', estimateText(estimate)]),
  ].join('\n');
}

function taskLine({ stage, shard, key, needs, trials, ...task }: StageTask): string {
  const state =
    task.cachedSeconds === undefined
      ? `to run: ${task.missReason ?? 'not cached'}`
      : `cached (took ${formatSeconds(task.cachedSeconds)})`;
  const share = trials.length === 1 ? (trials[0] ?? '') : `${trials.length} trials`;
  const name = shard === undefined ? stage : `${stage} ${shard.index + 1}/${shard.count}`;
  const from = Object.values(needs).map((need) => need.slice(0, SHORT_KEY));
  const arrow = from.length === 0 ? '' : ` <- ${from.join(' ')}`;
  return `  ${name.padEnd(10)} ${key.slice(0, SHORT_KEY)}${arrow}  ${state}  [${share}]`;
}

function estimateText(estimate: PlanEstimate): string {
  const { seconds, wallSeconds, diskBytes, memoryBytes, unknownStages } = estimate;
  const unknown =
    unknownStages.length === 0 ? '' : `; not counted, never run here: ${unknownStages.join(', ')}`;
  if (seconds === 0) return `to run: no estimate${unknown}`;
  return `to run, by earlier runs: ${formatSeconds(seconds)} of work, ${formatSeconds(wallSeconds)} or longer in all, ${(diskBytes / MB).toFixed(0)} MB of disk, ${(memoryBytes / MB).toFixed(0)} MB of memory a process${unknown}`;
}
