import type { StageTask, SweepPlan } from '@omnict/pipeline';
import { type RunRecord } from '../run-record/read-run';
import type { Bundle, BundleTask, BundleTrial } from './bundle-format';
import { type FigureComparison, judgeFigure, mean } from './compare-figures';
import { digestNames, tasksOf, trialFigures } from './write-bundle';

/** What came out when a bundle was run again. */
export interface Reproduction {
  figures: FigureComparison[];
  /** What differed between both runs and may be why figures differ. */
  reasons: string[];
  /** Stages by whether their outputs have the digests of the bundle's. */
  stages: { stage: string; tasks: number; equal: number }[];
}

/** Config of the dataset stage names the place of its records, and so may one of its outputs. */
const PLACES = { part: 'config dataset', output: 'dataset.json' } as const;

/**
 * Tells before anything runs what keys will differ by: other versions of stages, other weights, other
 * modules.
 *
 * @returns a line for each stage and part that is not as in the bundle
 */
export function planDifferences(bundle: Bundle, { tasks, trials }: SweepPlan): string[] {
  if (trials.length !== bundle.trials.length) {
    return [`the spec has ${trials.length} trials here, and ${bundle.trials.length} in the bundle`];
  }
  const lines = new Set<string>();
  const before = new Map(bundle.tasks.map((task) => [task.key, task]));
  trials.forEach(({ name }, index) => {
    const now = ownTasks(tasks, name);
    for (const [stage, key] of Object.entries(bundle.trials[index]?.tasks ?? {})) {
      const known = before.get(key);
      const task = now.get(stage);
      if (task === undefined) lines.add(`${stage}: this program has no such stage`);
      else if (known !== undefined)
        for (const part of differingParts(known.keyParts, digestNames(task.keyParts)))
          lines.add(`${stage}: ${part} differs`);
    }
  });
  return [...lines];
}

/** Compares a finished run with the bundle that it repeats. */
export async function compareWithBundle(bundle: Bundle, record: RunRecord): Promise<Reproduction> {
  const { trials, tasks } = record;
  const now = await Promise.all(trials.map(({ trial }) => trialFigures(record, trial)));
  const rows = new Map<string, number[]>();
  bundle.trials.forEach(({ row }, index) => rows.set(row, [...(rows.get(row) ?? []), index]));
  const figures = [...rows].flatMap(([row, indices]) => {
    const before = indices.map((index) => bundle.trials[index]?.figures ?? {});
    const after = indices.map((index) => now[index] ?? {});
    return rowFigures(row, before, after);
  });
  const keys = trials.map(({ trial }) => tasksOf(tasks, trial));
  const made = new Map<string, BundleTask['files']>();
  const machines: Pick<BundleTask, 'stage' | 'machine'>[] = [];
  for (const { key, stage, shard } of tasks) {
    const manifest = shard === undefined ? (await record.cache.lookUp(key))?.manifest : undefined;
    if (manifest === undefined) continue;
    const digests = Object.entries(manifest.files).map(([name, { sha256 }]) => [name, sha256]);
    made.set(key, Object.fromEntries(digests) as BundleTask['files']);
    machines.push({ stage, machine: { ...manifest.machine } });
  }
  return {
    figures,
    stages: comparedStages(bundle, keys, made),
    reasons: [...environmentReasons(bundle, record), ...machineReasons(bundle.tasks, machines)],
  };
}

function rowFigures(
  row: string,
  before: readonly BundleTrial['figures'][],
  now: readonly BundleTrial['figures'][],
): FigureComparison[] {
  const names = new Set([...before, ...now].flatMap((figures) => Object.keys(figures)));
  return [...names].map((figure) => {
    const values = before.flatMap((figures) => figures[figure]?.value ?? []);
    const again = now.flatMap((figures) => figures[figure]?.value ?? []);
    const { low, high } = before[0]?.[figure] ?? {};
    const interval = low === undefined || high === undefined ? undefined : ([low, high] as const);
    return {
      row,
      figure,
      before: values.length === 0 ? null : mean(values),
      now: again.length === 0 ? null : mean(again),
      ...judgeFigure({
        before: values,
        now: again,
        ...(interval !== undefined && { interval }),
      }),
    };
  });
}

/** Stages in their order: the first whose outputs differ is where both runs part. */
function comparedStages(
  bundle: Bundle,
  keys: readonly Readonly<Record<string, string>>[],
  made: ReadonlyMap<string, BundleTask['files']>,
): Reproduction['stages'] {
  const stages = new Map<string, Map<string, boolean>>();
  const before = new Map(bundle.tasks.map((task) => [task.key, task]));
  bundle.trials.forEach((trial, index) => {
    for (const [stage, key] of Object.entries(trial.tasks)) {
      const task = before.get(key);
      if (task === undefined) continue;
      const files = made.get(keys[index]?.[stage] ?? '');
      const known = stages.get(stage) ?? new Map<string, boolean>();
      stages.set(stage, known.set(key, files !== undefined && isEqualOutput(task.files, files)));
    }
  });
  return [...stages].map(([stage, tasks]) => ({
    stage,
    tasks: tasks.size,
    equal: [...tasks.values()].filter(Boolean).length,
  }));
}

function isEqualOutput(before: BundleTask['files'], now: BundleTask['files']): boolean {
  return differingParts(before, now).every((name) => name === PLACES.output);
}

function differingParts(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  // Keys of what a stage needs differ by what that stage tells itself.
  return names.filter(
    (name) => before[name] !== now[name] && !name.startsWith('result of ') && name !== PLACES.part,
  );
}

function environmentReasons({ environment: before }: Bundle, { environment }: RunRecord): string[] {
  if (before === null || environment === null) return [];
  const now: Readonly<Record<string, string | number | undefined>> = { ...environment };
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((name) => {
    const [was, is] = [before[name] ?? 'not told', now[name] ?? 'not told'];
    return was === is ? [] : [`${name}: ${was} -> ${is}`];
  });
}

/** Facts of the machines that made results, by the set of their values. */
function machineReasons(
  before: readonly Pick<BundleTask, 'stage' | 'machine'>[],
  now: readonly Pick<BundleTask, 'stage' | 'machine'>[],
): string[] {
  const [one, other] = [factsOf(before), factsOf(now)];
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [one.get(name) ?? 'not told', other.get(name) ?? 'not told'];
    return was === is ? [] : [`${name} of stages: ${was} -> ${is}`];
  });
}

function factsOf(tasks: readonly Pick<BundleTask, 'machine'>[]): Map<string, string> {
  const values = new Map<string, Set<string>>();
  for (const { machine } of tasks) {
    for (const [name, value] of Object.entries(machine))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  return new Map([...values].map(([name, found]) => [name, [...found].sort().join(' and ')]));
}

function ownTasks(tasks: readonly StageTask[], trial: string): Map<string, StageTask> {
  const own = tasks.filter((task) => task.shard === undefined && task.trials.includes(trial));
  return new Map(own.map((task) => [task.stage, task]));
}
