import { MissingDataError } from '@omnict/core';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holder } from '../cache/lease';
import { StageCache } from '../cache/stage-cache';
import { EventReader } from '../execute/event-log';
import { JobFolders } from '../execute/job-folders';
import type { Job } from '../launch/launcher';
import { createLauncher } from '../launch/create-launcher';
import {
  readLaunch,
  readPlan,
  readRunDocument,
  type RunEvent,
  RunFolder,
  runFolders,
} from './run-folder';
import { ProgressTracker, type RunProgress } from './run-progress';
import { isPlainObject } from '../spec/paths';
import { stageCosts } from '../stage/estimate';

/** One line of the list of runs. */
export interface RunSummary {
  id: string;
  folder: string;
  /** When it last changed, ISO 8601. */
  changed: string;
  /** Trials with results, and trials in all; 0 of 0 before a run has ended once. */
  finished: number;
  trials: number;
  /** Set where its results cannot be read. */
  isDamaged?: true;
}

/** How far a run has come. */
export interface RunStatusReport extends RunProgress {
  id: string;
  folder: string;
  /** Processes that drive it now. */
  drivers: Holder[];
  /** Command line that goes on with it, where it was recorded. */
  command?: string;
}

/** Runs recorded under a store, newest first. @param store folder of caches and runs */
export async function listRuns(store: string): Promise<RunSummary[]> {
  const root = join(store, 'runs');
  const ids = await readdir(root).catch(() => []);
  const runs = await Promise.all(
    ids.map(async (id): Promise<RunSummary> => {
      const folder = join(root, id);
      // Events and not the folder: a report that is written again makes no run newer.
      const { mtime } = await stat(new RunFolder(folder).eventsFile).catch(() => stat(folder));
      const results = join(folder, 'results.json');
      const trials = existsSync(results) ? await readTrials(results) : [];
      return {
        id,
        folder,
        changed: mtime.toISOString(),
        finished: trials?.filter(isFinished).length ?? 0,
        trials: trials?.length ?? 0,
        ...(trials === null && { isDamaged: true }),
      };
    }),
  );
  return runs.sort((a, b) => b.changed.localeCompare(a.changed));
}

/** What a run's results say of a trial. */
interface RecordedTrial {
  failure?: string;
  isPruned?: boolean;
}

function isFinished({ failure, isPruned }: RecordedTrial): boolean {
  return failure === undefined || isPruned === true;
}

/** Trials of a run's results; null where they are damaged, which is no reason to hide other runs. */
async function readTrials(path: string): Promise<RecordedTrial[] | null> {
  const results = await readRunDocument<{ trials?: RecordedTrial[] } | null>(path).catch(
    () => null,
  );
  const trials = results?.trials;
  return Array.isArray(trials) && trials.every(isPlainObject) ? trials : null;
}

/** Stands for the id of the run that changed last. */
export const LATEST_RUN = 'latest';

/**
 * Folder of a run.
 *
 * @param id of a run, the start of one, or `latest` @throws MissingDataError naming the runs there are
 */
export async function findRun(store: string, id: string): Promise<RunFolder> {
  const runs = await listRuns(store);
  const latest = id === LATEST_RUN ? runs[0] : undefined;
  const run = runs.find((candidate) => candidate.id === id) ?? latest ?? only(runs, id);
  return new RunFolder(run.folder);
}

/**
 * Progress of a run, from its plan, its events and the cache: also while another process runs it.
 *
 * @param id of a run, or the start of one @throws MissingDataError naming the runs there are
 */
export async function runStatus(store: string, id: string): Promise<RunStatusReport> {
  const run = await findRun(store, id);
  const cache = new StageCache(join(store, 'cache'));
  const tasks = await readPlan(run.path);
  const tracker = new ProgressTracker(tasks, stageCosts(await cache.list()));
  for (const event of await new EventReader<RunEvent>(run.eventsFile).read()) tracker.add(event);
  const present = new Set(await cache.keys());
  for (const { key } of tasks) if (present.has(key)) tracker.markDone(key);
  const drivers = await run.livingDrivers();
  if (drivers.length === 0) tracker.add({ type: 'start', time: new Date().toISOString() });
  const command = (await readLaunch(run.path))?.command;
  return {
    id: basename(run.path),
    folder: run.path,
    drivers,
    ...(command !== undefined && { command }),
    ...tracker.progress(),
  };
}

/** Time workers have to save checkpoints before {@link cancelRun} gives up waiting. */
const CANCEL_WAIT_MS = 60_000;

/**
 * Stops a run on whatever machine it is driven: workers save checkpoints. Jobs that an exited driver
 * left in a cluster are stopped as well.
 *
 * @returns drivers that stopped, jobs that were stopped, and drivers that still live
 * @throws MissingDataError for an unknown run
 */
export async function cancelRun(
  store: string,
  id: string,
): Promise<{ id: string; stopped: number; jobs: number; alive: number }> {
  const run = await findRun(store, id);
  const before = await run.livingDrivers();
  await run.requestCancel();
  const started = performance.now();
  let alive = before.length;
  while (alive > 0 && performance.now() - started < CANCEL_WAIT_MS) {
    await sleep(200);
    alive = (await run.livingDrivers()).length;
  }
  const jobs = alive > 0 ? 0 : await cancelJobs(store, run);
  return { id: basename(run.path), stopped: before.length - alive, jobs, alive };
}

async function cancelJobs(store: string, run: RunFolder): Promise<number> {
  const launch = await readLaunch(run.path);
  if (launch === null || launch.profile.type === 'local') return 0;
  const { launcher, resourcesOf } = createLauncher(launch.profile, {
    policy: launch.policy,
    runFolder: run.path,
    entry: launch.worker,
  });
  const folders = new JobFolders(run.jobs, { cacheFolder: join(store, 'cache'), components: [] });
  const candidates: Job[] = [];
  for (const task of await readPlan(run.path)) {
    const job = await folders.unfinished(task, resourcesOf(task));
    if (job !== null) candidates.push(job);
  }
  const jobs = await launcher.adopt(candidates);
  await launcher.cancel();
  await launcher.close();
  return jobs.length;
}

/**
 * Keys that recorded runs use, and those of runs that are driven now.
 *
 * @throws FormatError when a plan is damaged: its results would count as those of no run
 */
export async function usedKeys(
  store: string,
): Promise<{ reachable: Set<string>; protected: Set<string> }> {
  const reachable = new Set<string>();
  const living = new Set<string>();
  for (const folder of await runFolders(store)) {
    const tasks = await readPlan(folder).catch((error: unknown) => {
      if (error instanceof MissingDataError) return [];
      throw error;
    });
    const isDriven = (await new RunFolder(folder).livingDrivers()).length > 0;
    for (const { key } of tasks) {
      reachable.add(key);
      if (isDriven) living.add(key);
    }
  }
  return { reachable, protected: living };
}

/** The one run whose id starts so. */
function only(runs: readonly RunSummary[], prefix: string): RunSummary {
  const found = runs.filter(({ id }) => id.startsWith(prefix));
  const [run] = found;
  if (run !== undefined && found.length === 1) return run;
  const known = runs.map(({ id }) => id).join(', ') || 'none yet';
  throw new MissingDataError(
    `runs: ${found.length === 0 ? 'no run' : `${found.length} runs`} '${prefix}'; expected the id of one of: ${known}`,
  );
}
