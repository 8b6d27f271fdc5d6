import { formatSeconds } from '@omnict/report';
import type { StageTask, SweepPlan } from '@omnict/runner';

/** Characters of a key that people need to tell keys apart. */
const SHORT_KEY = 10;

/** A plan for the terminal: trials, then one line a distinct task. */
export function planText(id: string, { trials, tasks }: SweepPlan): string {
  const missing = tasks.filter(({ cachedSeconds }) => cachedSeconds === undefined);
  const uses = tasks.reduce((sum, task) => sum + task.trials.length, 0);
  return [
    `${id}: ${trials.length} trials, ${uses} stage runs, ${tasks.length} distinct, ${missing.length} to run`,
    ...trials.map(({ name, isBaseline }) => `  ${name}${isBaseline ? ' (baseline)' : ''}`),
    '',
    ...tasks.map(taskLine),
  ].join('\n');
}

function taskLine({ stage, key, trials, cachedSeconds, missReason }: StageTask): string {
  const state =
    cachedSeconds === undefined
      ? `to run: ${missReason ?? 'not cached'}`
      : `cached (took ${formatSeconds(cachedSeconds)})`;
  const share = trials.length === 1 ? (trials[0] ?? '') : `${trials.length} trials`;
  return `  ${stage.padEnd(10)} ${key.slice(0, SHORT_KEY)}  ${state}  [${share}]`;
}
