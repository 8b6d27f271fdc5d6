import { writeError } from '../cache/durable';
import { JobFolders } from '../execute/job-folders';
import { retryLimits } from '../execute/retry-policy';
import { runPlan } from '../execute/run-plan';
import type { WorkerEvent } from '../execute/task-file';
import type { TaskResult } from '../execute/task-graph';
import { createLauncher } from '../launch/create-launcher';
import { SearchGate } from '../search/search-gate';
import { SearchJournal } from '../search/search-journal';
import type { Trial } from '../spec/expand';
import type { SweepSpec } from '../spec/sweep-schema';
import type { StageTask } from '../stage/plan';
import type { PreparedSweep } from './prepare-sweep';
import { RunFolder } from './run-folder';
import { LeaveNeededError } from '../spec/leave';

/** What became of a trial. */
export interface TrialOutcome<Config = unknown> {
  trial: Trial<Config>;
  /** Folder with the outputs of each of its stages that ended well, by the stage's name. */
  outputs: Readonly<Record<string, string>>;
  /** Why not all of its stages ended well. */
  failure?: string;
  /** True when it was stopped before its end, and would go on. */
  isStopped?: boolean;
  /** True when a search stopped it, for others were better. */
  isPruned?: boolean;
}

/** A finished, or stopped, sweep. */
export interface SweepOutcome<Config = unknown> {
  trials: TrialOutcome<Config>[];
  tasks: { task: StageTask; result: TaskResult }[];
  /** Wall time of this run, seconds. */
  seconds: number;
}

/** Callbacks and limits of {@link runSweep}. */
export interface RunSweepOptions<Config = unknown> {
  /** Called once this process is a driver of the run, before any task. */
  onStart?: () => Promise<void>;
  onStatus?: (task: StageTask, result: TaskResult) => void;
  onEvent?: (task: StageTask, event: WorkerEvent) => void;
  /** Called after the last task; the run has ended once it has. */
  onEnd?: (outcome: SweepOutcome<Config>) => Promise<void>;
  signal?: AbortSignal;
  /** Command line that goes on with it after a stop; recorded for whoever asks how far it is. */
  command?: string;
}

/** How often drivers look whether they shall stop. */
const CANCEL_LOOK_MS = 500;

/** Tells before anything is started. @throws LeaveNeededError when nobody has allowed what a sweep asks for */
export function checkLeave({ unallowed, leave }: Pick<PreparedSweep, 'unallowed' | 'leave'>): void {
  if (unallowed !== undefined) throw new LeaveNeededError(unallowed, leave);
}

/**
 * Runs what is not cached, and tells what became of each trial.
 *
 * @throws LeaveNeededError when nobody has allowed what the spec's profile would do
 */
export async function runSweep<Spec extends SweepSpec>(
  sweep: PreparedSweep<Spec>,
  options: RunSweepOptions<Spec['config']> = {},
): Promise<SweepOutcome<Spec['config']>> {
  checkLeave(sweep);
  const { spec, plan, profile, worker } = sweep;
  const run = new RunFolder(sweep.runFolder);
  await run.write('spec.json', spec);
  await run.write('plan.json', plan.tasks);
  await run.write('launch.json', {
    profile,
    policy: spec.policy,
    worker,
    ...(options.command !== undefined && { command: options.command }),
  });
  await run.clearCancel();
  const driver = await run.enter();
  const cancel = new AbortController();
  const look = setInterval(() => {
    if (run.isCancelRequested()) cancel.abort(new Error('cancelled'));
  }, CANCEL_LOOK_MS);
  try {
    run.tell({ type: 'start' });
    await options.onStart?.();
    const started = performance.now();
    const signals = options.signal === undefined ? [] : [options.signal];
    const results = await runTasks(sweep, {
      onStatus: (task, result) => {
        run.tell({ type: 'status', key: task.key, ...result });
        options.onStatus?.(task, result);
      },
      onEvent: (task, event) => {
        run.tell({ type: 'event', key: task.key, event });
        options.onEvent?.(task, event);
      },
      signal: AbortSignal.any([cancel.signal, ...signals]),
    });
    const outcome: SweepOutcome<Spec['config']> = {
      trials: plan.trials.map((trial) => trialOutcome(sweep, trial, results)),
      tasks: plan.tasks.map((task) => ({
        task,
        result: results.get(task.key) ?? { status: 'stopped', seconds: 0 },
      })),
      seconds: (performance.now() - started) / 1000,
    };
    await run.write('results.json', resultsOf(outcome));
    await options.onEnd?.(outcome);
    run.tell({
      type: 'end',
      complete: outcome.trials.every(
        ({ failure, isPruned }) => failure === undefined || isPruned === true,
      ),
    });
    return outcome;
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw isFull ? writeError(sweep.runFolder, error) : error;
  } finally {
    clearInterval(look);
    await driver.release();
  }
}

/** What the sweep's launcher would be given first, as text. */
export async function renderJobs<Spec extends SweepSpec>(
  sweep: PreparedSweep<Spec>,
): Promise<string> {
  const { plan, profile, spec, runFolder, worker } = sweep;
  const { launcher, resourcesOf } = createLauncher(profile, {
    policy: spec.policy,
    runFolder,
    entry: worker,
  });
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

type Callbacks = Required<Pick<RunSweepOptions, 'onStatus' | 'onEvent' | 'signal'>>;

async function runTasks<Spec extends SweepSpec>(
  { plan, cache, spec, profile, components, runFolder, worker }: PreparedSweep<Spec>,
  callbacks: Callbacks,
): Promise<Map<string, TaskResult>> {
  const { policy } = spec;
  const { launcher, resourcesOf } = createLauncher(profile, { policy, runFolder, entry: worker });
  const journal = new SearchJournal(runFolder);
  const gate = SearchGate.of(spec.sweep.search, plan, { cache, journal });
  const maxFailures = policy.onFailure === 'stop' ? 1 : policy.maxFailures;
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
      ...(gate !== undefined && { gate }),
      ...callbacks,
    });
  } finally {
    await launcher.close();
  }
}

function trialOutcome<Spec extends SweepSpec>(
  { plan, cache }: PreparedSweep<Spec>,
  trial: Trial<Spec['config']>,
  results: ReadonlyMap<string, TaskResult>,
): TrialOutcome<Spec['config']> {
  const keys = Object.entries(plan.taskOf.get(trial.name) ?? {});
  const statusOf = (key: string) => results.get(key)?.status;
  const isDone = (key: string) => statusOf(key) === 'done' || statusOf(key) === 'cached';
  const outputs = Object.fromEntries(
    keys.filter(([, key]) => isDone(key)).map(([stage, key]) => [stage, cache.outputsOf(key)]),
  );
  const failed = keys.find(([, key]) => statusOf(key) === 'failed');
  if (failed !== undefined) {
    const [stage, key] = failed;
    return { trial, outputs, failure: `${stage}: ${results.get(key)?.message ?? 'failed'}` };
  }
  const open = keys.find(([, key]) => !isDone(key));
  if (open !== undefined && statusOf(open[1]) === 'pruned') {
    const failure = results.get(open[1])?.message ?? 'stopped by the search';
    return { trial, outputs, failure, isPruned: true };
  }
  return open === undefined
    ? { trial, outputs }
    : { trial, outputs, failure: `stopped before its ${open[0]}`, isStopped: true };
}

function resultsOf({ seconds, trials }: SweepOutcome): object {
  return {
    seconds,
    trials: trials.map(({ trial: { name, row, axes, seed }, failure, isPruned }) => ({
      trial: name,
      row,
      axes,
      seed,
      failure,
      isPruned,
    })),
  };
}
