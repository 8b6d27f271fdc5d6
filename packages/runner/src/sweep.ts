import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EvaluationResult } from '@omnict/eval';
import { canonicalJson } from './canonical-json';
import { StageCache, writeDurably } from './cache/stage-cache';
import { runPlan, type TaskResult } from './execute/run-plan';
import type { WorkerEvent } from './execute/task-file';
import { expandSweep, type Trial } from './spec/expand';
import type { SweepSpec } from './spec/sweep-schema';
import { readProjectConfig } from './spec/project-config';
import { readSweepSpec } from './spec/validate-spec';
import { planSweep, type StageTask, type SweepPlan } from './stage/plan';
import { STAGES } from './stages/index';
import { RESULT_FILE } from './stages/score';
import { SweepTracker } from './track-sweep';

/** A sweep that is ready to run. */
export interface PreparedSweep {
  /** Name and short hash: the same spec always gets the same id, and so continues. */
  id: string;
  spec: SweepSpec;
  plan: SweepPlan;
  cache: StageCache;
  /** Folder of this sweep's records. */
  runFolder: string;
}

/** What a trial scored. */
export interface TrialResult {
  trial: Trial;
  /** Absent when a stage failed. */
  model?: EvaluationResult;
  majority?: EvaluationResult;
  failure?: string;
}

/** A finished, or stopped, sweep. */
export interface SweepResult {
  trials: TrialResult[];
  tasks: { task: StageTask; result: TaskResult }[];
  /** Wall time of this run, seconds. */
  seconds: number;
  /** Why the tracking server does not have everything; undefined when it does or there is none. */
  trackingProblem?: string;
}

/** Callbacks and limits of {@link runSweep}. */
export interface RunSweepOptions {
  onStatus?: (task: StageTask, result: TaskResult) => void;
  onEvent?: (task: StageTask, event: WorkerEvent) => void;
  signal?: AbortSignal;
}

/** Root of caches and runs: beside the user's work, found again by the next run. */
export const STORE_FOLDER = '.omnict';

/**
 * Reads, checks, expands and plans a spec; runs nothing.
 *
 * `store` is the folder for cache and runs.
 *
 * @throws ConfigError, MissingDataError
 */
export async function prepareSweep(
  file: string,
  { overrides = [], store = STORE_FOLDER }: { overrides?: readonly string[]; store?: string } = {},
): Promise<PreparedSweep> {
  const { spec, trials } = readTrials(file, overrides);
  const cache = new StageCache(join(store, 'cache'));
  const plan = await planSweep(trials, STAGES, cache);
  const hash = createHash('sha256').update(canonicalJson(spec)).digest('hex').slice(0, 8);
  const id = `${spec.name}-${hash}`;
  return { id, spec, plan, cache, runFolder: join(store, 'runs', id) };
}

/** A checked spec and its trials, without looking at any file they need. @throws ConfigError */
export function readTrials(
  file: string,
  overrides: readonly string[] = [],
): { spec: SweepSpec; trials: Trial[] } {
  const { profiles } = readProjectConfig();
  const { spec, source } = readSweepSpec(file, overrides, { profiles, stages: STAGES });
  return { spec, trials: expandSweep(spec, source) };
}

/** Runs what is not cached, records everything, and collects the scores. */
export async function runSweep(
  sweep: PreparedSweep,
  options: RunSweepOptions = {},
): Promise<SweepResult> {
  const { spec, plan, cache, runFolder } = sweep;
  const { onStatus, onEvent, signal = new AbortController().signal } = options;
  await mkdir(runFolder, { recursive: true });
  await writeDurably(join(runFolder, 'spec.json'), `${JSON.stringify(spec, null, 2)}\n`);
  await writeDurably(join(runFolder, 'plan.json'), `${JSON.stringify(plan.tasks, null, 2)}\n`);
  const tracker = await SweepTracker.start(sweep);
  const started = performance.now();
  const results = await runPlan(plan, {
    cache,
    workerEntry: [workerScript()],
    maxParallel: spec.policy.max_parallel,
    threads: Math.max(1, Math.floor(availableParallelism() / spec.policy.max_parallel)),
    retries: spec.policy.retries,
    stopOnFailure: spec.policy.on_failure === 'stop',
    onStatus: (task, result) => {
      tracker.onStatus(task, result);
      onStatus?.(task, result);
    },
    onEvent,
    signal,
  });
  const trials = await Promise.all(plan.trials.map((trial) => trialResult(sweep, trial, results)));
  const summary: SweepResult = {
    trials,
    tasks: plan.tasks.map((task) => ({
      task,
      result: results.get(task.key) ?? { status: 'stopped', seconds: 0 },
    })),
    seconds: (performance.now() - started) / 1000,
  };
  const trackingProblem = await tracker.finish(summary);
  return trackingProblem === undefined ? summary : { ...summary, trackingProblem };
}

/** The worker lies beside this module: built, as worker-main.js. */
function workerScript(): string {
  return join(dirname(fileURLToPath(import.meta.url)), 'worker-main.js');
}

async function trialResult(
  { plan, cache }: PreparedSweep,
  trial: Trial,
  results: ReadonlyMap<string, TaskResult>,
): Promise<TrialResult> {
  const keys = plan.taskOf.get(trial.name) ?? {};
  const failed = Object.entries(keys).find(([, key]) => results.get(key)?.status === 'failed');
  if (failed !== undefined) {
    return { trial, failure: `${failed[0]}: ${results.get(failed[1])?.message ?? 'failed'}` };
  }
  const found = await cache.lookUp(keys['score'] ?? '');
  if (found === null) return { trial, failure: 'stopped before its score' };
  const text = await readFile(join(found.outputs, RESULT_FILE), 'utf8');
  const scores = JSON.parse(text) as { model: EvaluationResult; majority: EvaluationResult };
  return { trial, ...scores };
}
