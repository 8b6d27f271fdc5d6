import { ConfigError } from '@omnict/nn';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json';
import { digestFile, type StageCache } from '../cache/stage-cache';
import type { Trial } from '../spec/expand';
import type { StageDefinition } from './stage-definition';

/** One distinct piece of work of a sweep. */
export interface StageTask {
  /** SHA-256 of everything its result depends on. */
  key: string;
  stage: string;
  section: unknown;
  /** 0 for stages that use no seed. */
  seed: number;
  engine: string | undefined;
  /** Key of each needed stage's task. */
  needs: Readonly<Record<string, string>>;
  /** Names of the trials that share it. */
  trials: string[];
  /** Seconds it took when it was made, when the cache has it. */
  cachedSeconds: number | undefined;
  /** Why the cache does not have it. */
  missReason: string | undefined;
}

/** All tasks of a sweep, needed ones first. */
export interface SweepPlan {
  trials: readonly Trial[];
  tasks: readonly StageTask[];
  /** Key of each stage's task, by trial name. */
  taskOf: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/**
 * Plans a sweep: keys of all stages of all trials, equal ones merged, before anything runs.
 *
 * @param stages in an order in which each comes after those it needs
 * @throws ConfigError when a stage needs one that the trial does not have; MissingDataError for
 *   unreadable input files
 */
export async function planSweep(
  trials: readonly Trial[],
  stages: readonly StageDefinition[],
  cache: StageCache,
): Promise<SweepPlan> {
  const tasks = new Map<string, StageTask>();
  const taskOf = new Map<string, Record<string, string>>();
  const digests = new Map<string, string>();
  for (const trial of trials) {
    const keys: Record<string, string> = {};
    for (const stage of stages) {
      const section = stage.select(trial.config);
      if (section === undefined) continue;
      const task = await taskFor(stage, trial, { section, keys, digests });
      keys[stage.name] = task.key;
      const known = tasks.get(task.key);
      if (known === undefined) tasks.set(task.key, task);
      else known.trials.push(trial.name);
    }
    taskOf.set(trial.name, keys);
  }
  const known = (await cache.list()).map(({ stage }) => stage);
  for (const task of tasks.values()) {
    const hit = await cache.lookUp(task.key);
    task.cachedSeconds = hit?.manifest.seconds;
    if (hit === null) task.missReason = missReason(task, tasks, known);
  }
  return { trials, tasks: [...tasks.values()], taskOf };
}

async function taskFor(
  stage: StageDefinition,
  trial: Trial,
  {
    section,
    keys,
    digests,
  }: { section: unknown; keys: Readonly<Record<string, string>>; digests: Map<string, string> },
): Promise<StageTask> {
  const needs: Record<string, string> = {};
  for (const name of stage.needs(trial.config)) {
    const key = keys[name];
    if (key === undefined) {
      throw new ConfigError(
        `plan: stage '${stage.name}' needs '${name}', which trial '${trial.name}' does not have`,
      );
    }
    needs[name] = key;
  }
  const files: Record<string, string> = {};
  for (const path of stage.files?.(section) ?? []) {
    const digest = digests.get(path) ?? (await digestFile(path)).sha256;
    digests.set(path, digest);
    files[path] = digest;
  }
  const seed = stage.usesSeed ? trial.seed : 0;
  const { engine } = trial.config;
  const identity = {
    stage: stage.name,
    version: stage.version,
    section,
    files: Object.values(files),
    needs,
    seed,
    engine: engine ?? 'auto',
  };
  const key = createHash('sha256').update(canonicalJson(identity)).digest('hex');
  return {
    key,
    stage: stage.name,
    section,
    seed,
    engine,
    needs,
    trials: [trial.name],
    cachedSeconds: undefined,
    missReason: undefined,
  };
}

function missReason(
  task: StageTask,
  tasks: ReadonlyMap<string, StageTask>,
  cached: readonly string[],
): string {
  const changed = Object.entries(task.needs).filter(
    ([, key]) => tasks.get(key)?.missReason !== undefined,
  );
  if (changed.length > 0) return `needs ${changed.map(([name]) => name).join(', ')} first`;
  return cached.includes(task.stage) ? 'its config, seed or input files changed' : 'never run';
}
