import {
  formatGrid,
  formatSeconds,
  rowTitle,
  TERMINAL_WIDTH,
  trialTitle,
  wrapWords,
} from '@omnict/report';
import {
  type PlanEstimate,
  rungSteps,
  type Search,
  type StageTask,
  type SweepPlan,
} from '@omnict/pipeline';
import { variedAxes } from './varied-axes';

/** Characters of a key that people need to tell keys apart. */
const SHORT_KEY = 10;

const MB = 1e6;

/** Tasks of a plan that are listed unasked: with all else of the plan about one screen. */
const MOST_LISTED = 12;

/** Reasons of misses that a sum names of each stage. */
const MOST_REASONS = 2;

/** What of a sweep is planned. */
interface Planned {
  plan: SweepPlan;
  estimate: PlanEstimate;
  search: Search | undefined;
  /** List all trials and tasks, however many. */
  all: boolean;
}

/** A plan for the terminal: trials and distinct tasks, listed or summed up, then what is left. */
export function planText(id: string, { plan, estimate, search, all }: Planned): string {
  const { trials, tasks } = plan;
  const missing = tasks.filter(({ cachedSeconds }) => cachedSeconds === undefined);
  const uses = tasks.reduce((sum, task) => sum + task.trials.length, 0);
  const isListed = all || tasks.length <= MOST_LISTED;
  return [
    `${id}: ${trials.length} trials, ${uses} stage runs, ${tasks.length} distinct, ${missing.length} to run`,
    ...(isListed ? listed(plan) : summedUp(plan)),
    ...(missing.length === 0 ? [] : ['', ...wrapWords(estimateText(estimate), TERMINAL_WIDTH)]),
    ...(search === undefined || search.method === 'random'
      ? []
      : wrapWords(budgetText(search), TERMINAL_WIDTH)),
  ].join('\n');
}

function listed({ trials, tasks }: SweepPlan): string[] {
  return [
    ...trials.map(
      ({ name, isBaseline }) => `  ${trialTitle(name)}${isBaseline ? ' (baseline)' : ''}`,
    ),
    '',
    ...tasks.flatMap(taskLines),
  ];
}

/** Axes with their values, then one line a stage with the reasons of its misses. */
function summedUp({ trials, tasks }: SweepPlan): string[] {
  const baseline = trials.find(({ isBaseline }) => isBaseline);
  const seeds = [...new Set(trials.map(({ seed }) => seed))];
  const stages = [...new Set(tasks.map(({ stage }) => stage))];
  return [
    ...variedAxes(trials).flatMap(indented),
    ...(seeds.length > 1 ? indented(`seeds: ${seeds.join(', ')}`) : []),
    ...(baseline === undefined
      ? []
      : indented(`baseline: ${rowTitle({ name: baseline.row, axes: baseline.axes })}`)),
    '',
    ...formatGrid(
      [['stage', 'needed', 'distinct', 'cached', 'to run']],
      stages.map((stage) => {
        const own = tasks.filter((task) => task.stage === stage);
        const cached = own.filter(({ cachedSeconds }) => cachedSeconds !== undefined).length;
        const needed = own.reduce((sum, task) => sum + task.trials.length, 0);
        return [stage, ...[needed, own.length, cached, own.length - cached].map(String)];
      }),
    ).split('\n'),
    ...stages.flatMap((stage) => reasonLines(stage, tasks)),
    '',
    'Every trial and task, with its key and reason: --all',
  ];
}

/** Why tasks of a stage run: the most frequent reasons. Those that only wait for an earlier stage need none. */
function reasonLines(stage: string, tasks: readonly StageTask[]): string[] {
  const counts = new Map<string, number>();
  for (const task of tasks) {
    if (task.stage !== stage || task.cachedSeconds !== undefined) continue;
    const reason = task.missReason ?? 'not cached';
    if (!/^needs .* first$/.test(reason)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const more = sorted.length - MOST_REASONS;
  return sorted.slice(0, MOST_REASONS).flatMap(([reason, count], index) => {
    const rest = more > 0 && index === MOST_REASONS - 1 ? `; other reasons: ${more}` : '';
    return indented(`${count} ${stage}: ${reason}${rest}`);
  });
}

/** State and trials on the line of the key, or below it where the line is full. */
function taskLines({ stage, shard, key, needs, trials, ...task }: StageTask): string[] {
  const state =
    task.cachedSeconds === undefined
      ? `to run: ${task.missReason ?? 'not cached'}`
      : `cached (took ${formatSeconds(task.cachedSeconds)})`;
  const share = trials.length === 1 ? trialTitle(trials[0] ?? '') : `${trials.length} trials`;
  const name = shard === undefined ? stage : `${stage} ${shard.index + 1}/${shard.count}`;
  const from = Object.values(needs).map((need) => need.slice(0, SHORT_KEY));
  const arrow = from.length === 0 ? '' : ` <- ${from.join(' ')}`;
  const head = `  ${name.padEnd(10)} ${key.slice(0, SHORT_KEY)}${arrow}`;
  const tail = `${state}  [${share}]`;
  if (head.length + 2 + tail.length <= TERMINAL_WIDTH) return [`${head}  ${tail}`];
  return [head, ...wrapWords(tail, TERMINAL_WIDTH - 6).map((line) => `      ${line}`)];
}

/** A text of two spaces, and four where it goes on. */
function indented(text: string): string[] {
  return wrapWords(text, TERMINAL_WIDTH - 4).map(
    (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
  );
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
