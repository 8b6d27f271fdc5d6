import { canonicalJson } from '@omnict/core';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ScoredSet } from '@omnict/eval';
import { writeError } from './cache/durable';
import { StageCache } from './cache/stage-cache';
import { JobFolders } from './execute/job-folders';
import { retryLimits } from './execute/retry-policy';
import { runPlan } from './execute/run-plan';
import type { WorkerEvent } from './execute/task-file';
import type { TaskResult } from './execute/task-graph';
import { createLauncher, profileOf } from './launch/create-launcher';
import { RunFolder } from './run-folder';
import { expandSweep, type Trial } from './spec/expand';
import type { Profile } from './spec/profile-schema';
import { readProjectConfig } from './spec/project-config';
import { readSpecSource } from './spec/spec-source';
import { SweepSchema, type SweepSpec } from './spec/sweep-schema';
import { validateSpec } from './spec/validate-spec';
import { loadStages } from './stage/load-stages';
import { planSweep, type StageTask, type SweepPlan } from './stage/plan';
import type { StageDefinition } from './stage/stage-definition';
import { RESULT_FILE } from './stages/score';
import { SweepTracker } from './track-sweep';

/** A checked spec, its trials, and what the program has for them. */
export interface ReadSweep {
  spec: SweepSpec;
  trials: Trial[];
  stages: readonly StageDefinition[];
  profile: Profile;
  /** Absolute paths of the user's modules that were loaded. */
  components: string[];
}

/** A sweep that is ready to run. */
export interface PreparedSweep extends ReadSweep {
  /** Name and short hash of what is computed: the same sweep always gets the same id, and so continues. */
  id: string;
  plan: SweepPlan;
  cache: StageCache;
  /** Folder of this sweep's records. */
  runFolder: string;
}

/** What the command line says beside the spec. */
export interface SweepRequest {
  /** `key=value`, `+key=value`, `~key`. */
  overrides?: readonly string[];
  /** Modules with the user's parts to load, beside those of the project's config. */
  components?: readonly string[];
  /** Folder for cache and runs. */
  store?: string;
}

/** What a trial scored. */
export interface TrialResult {
  trial: Trial;
  /** Absent when a stage failed. */
  model?: ScoredSet;
  majority?: ScoredSet;
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
 * Reads and checks a spec, without looking at any file that its trials need.
 *
 * Code of components runs only when command line or project's config list them.
 *
 * @throws ConfigError, MissingDataError
 */
export async function readSweep(file: string, request: SweepRequest = {}): Promise<ReadSweep> {
  const project = readProjectConfig();
  const given = (request.components ?? []).map((path) => resolve(path));
  const allowed = [...given, ...project.components];
  const source = readSpecSource(file, request.overrides, SweepSchema);
  const named = Array.isArray(source.value['components']) ? source.value['components'] : [];
  const components = [...new Set([...given, ...allowed.filter((path) => named.includes(path))])];
  const stages = await loadStages(components);
  const { profiles } = project;
  const spec = validateSpec(source, { profiles, stages, allowedComponents: allowed });
  const trials = expandSweep(spec, source);
  return { spec, trials, stages, components, profile: profileOf(spec, profiles) };
}

/**
 * Reads, checks, expands and plans a spec; runs nothing.
 *
 * @throws ConfigError, MissingDataError
 */
export async function prepareSweep(
  file: string,
  request: SweepRequest = {},
): Promise<PreparedSweep> {
  const read = await readSweep(file, request);
  const { spec, trials, stages, profile } = read;
  const store = request.store ?? STORE_FOLDER;
  const cache = new StageCache(join(store, 'cache'));
  const plan = await planSweep(trials, stages, {
    cache,
    shards: spec.policy.shards,
    environment: { ...process.env, ...profile.environment },
  });
  const { name, config, sweep } = spec;
  const hash = createHash('sha256').update(canonicalJson({ name, config, sweep })).digest('hex');
  const id = `${name}-${hash.slice(0, 8)}`;
  return { ...read, id, plan, cache, runFolder: join(store, 'runs', id) };
}

/** How often drivers look whether they shall stop. */
const CANCEL_LOOK_MS = 500;

/** Runs what is not cached, records everything, and collects the scores. */
export async function runSweep(
  sweep: PreparedSweep,
  options: RunSweepOptions = {},
): Promise<SweepResult> {
  const { spec, plan } = sweep;
  const run = new RunFolder(sweep.runFolder);
  await run.write('spec.json', spec);
  await run.write('plan.json', plan.tasks);
  await run.write('launch.json', { profile: sweep.profile, policy: spec.policy });
  await run.clearCancel();
  const driver = await run.enter();
  const cancel = new AbortController();
  const look = setInterval(() => {
    if (run.isCancelRequested()) cancel.abort(new Error('cancelled'));
  }, CANCEL_LOOK_MS);
  try {
    run.tell({ type: 'start' });
    const tracker = await SweepTracker.start(sweep);
    const started = performance.now();
    const signals = options.signal === undefined ? [] : [options.signal];
    const results = await runTasks(sweep, {
      onStatus: (task, result) => {
        tracker.onStatus(task, result);
        run.tell({ type: 'status', key: task.key, ...result });
        options.onStatus?.(task, result);
      },
      onEvent: (task, event) => {
        if (event.type !== 'metric') run.tell({ type: 'event', key: task.key, event });
        options.onEvent?.(task, event);
      },
      signal: AbortSignal.any([cancel.signal, ...signals]),
    });
    const summary: SweepResult = {
      trials: await Promise.all(plan.trials.map((trial) => trialResult(sweep, trial, results))),
      tasks: plan.tasks.map((task) => ({
        task,
        result: results.get(task.key) ?? { status: 'stopped', seconds: 0 },
      })),
      seconds: (performance.now() - started) / 1000,
    };
    const trackingProblem = await tracker.finish(summary);
    run.tell({
      type: 'end',
      complete: summary.trials.every(({ failure }) => failure === undefined),
    });
    return trackingProblem === undefined ? summary : { ...summary, trackingProblem };
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw isFull ? writeError(sweep.runFolder, error) : error;
  } finally {
    clearInterval(look);
    await driver.release();
  }
}

/** What the sweep's launcher would be given first, as text. */
export async function renderJobs(sweep: PreparedSweep): Promise<string> {
  const { plan, profile, spec, runFolder } = sweep;
  const { launcher, resourcesOf } = createLauncher(profile, { policy: spec.policy, runFolder });
  const { jobs } = new RunFolder(runFolder);
  const first = plan.tasks.filter(
    ({ cachedSeconds, needs }) =>
      cachedSeconds === undefined &&
      Object.values(needs).every((need) =>
        plan.tasks.some(({ key, cachedSeconds: made }) => key === need && made !== undefined),
      ),
  );
  const folders = new JobFolders(jobs, { cacheFolder: sweep.cache.folder, components: [] });
  const rendered = launcher.render(
    await Promise.all(first.map((task) => folders.next(task, resourcesOf(task)))),
  );
  await launcher.close();
  return rendered;
}

async function runTasks(
  { plan, cache, spec, profile, components, runFolder }: PreparedSweep,
  callbacks: Required<Pick<RunSweepOptions, 'onStatus' | 'onEvent' | 'signal'>>,
): Promise<Map<string, TaskResult>> {
  const { policy } = spec;
  const { launcher, resourcesOf } = createLauncher(profile, { policy, runFolder });
  const maxFailures = policy.on_failure === 'stop' ? 1 : policy.max_failures;
  await launcher.preflight();
  try {
    return await runPlan(plan, {
      cache,
      launcher,
      resourcesOf,
      jobs: new JobFolders(new RunFolder(runFolder).jobs, {
        cacheFolder: cache.folder,
        components,
      }),
      retries: retryLimits(policy),
      ...(maxFailures !== undefined && { maxFailures }),
      ...callbacks,
    });
  } finally {
    await launcher.close();
  }
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
  const scores = JSON.parse(text) as { model: ScoredSet; majority: ScoredSet };
  return { trial, ...scores };
}
