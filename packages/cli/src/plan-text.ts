import { formatSeconds } from '@omnict/report';
import {
  type PlanEstimate,
  rungSteps,
  type Search,
  type StageTask,
  type SweepPlan,
} from '@omnict/pipeline';

/** Characters of a key that people need to tell keys apart. */
const SHORT_KEY = 10;

const MB = 1e6;

/** What of a sweep is planned. */
interface Planned {
  plan: SweepPlan;
  estimate: PlanEstimate;
  search: Search | undefined;
}

/** A plan for the terminal: trials, then one line a distinct task, then what is left. */
export function planText(id: string, { plan, estimate, search }: Planned): string {
  const { trials, tasks } = plan;
  const missing = tasks.filter(({ cachedSeconds }) => cachedSeconds === undefined);
  const uses = tasks.reduce((sum, task) => sum + task.trials.length, 0);
  return [
    `${id}: ${trials.length} trials, ${uses} stage runs, ${tasks.length} distinct, ${missing.length} to run`,
    ...trials.map(({ name, isBaseline }) => `  ${name}${isBaseline ? ' (baseline)' : ''}`),
    '',
    ...tasks.map(taskLine),
    ...(missing.length === 0 ? [] : ['', estimateText(estimate)]),
    ...(search === undefined || search.method === 'random' ? [] : [budgetText(search)]),
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

/** How much of the plan a search will run, or add to it. */
function budgetText(search: Search): string {
  const { method, trials, metric = '', rungs } = search;
  if (method === 'tpe') {
    return `search: ${trials} draws in all by ${metric}; those that are not planned yet depend on it, and take as long each`;
  }
  const factor = rungs?.factor ?? 1;
  const rest = rungSteps(search)
    .map((step, rung) => `${Math.floor(trials / factor ** (rung + 1))} go on from step ${step}`)
    .join(', ');
  return `search: ${trials} draws by ${metric}: ${rest}, or some more, for none waits for all; the estimate is the most`;
}
