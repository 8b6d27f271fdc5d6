import { FormatError, MissingDataError } from '@omnict/nn';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StageCache } from './cache/stage-cache';
import type { StageTask } from './stage/plan';

/** One line of the list of runs. */
export interface RunSummary {
  id: string;
  folder: string;
  /** When it last changed, ISO 8601. */
  changed: string;
  /** Trials with scores, and trials in all; 0 of 0 before a run has ended once. */
  scored: number;
  trials: number;
}

/** How far a run has come. */
export interface RunStatusReport {
  id: string;
  folder: string;
  stages: {
    stage: string;
    done: number;
    running: number;
    waiting: number;
  }[];
}

/** Runs recorded under a store, newest first. @param store folder of caches and runs */
export async function listRuns(store: string): Promise<RunSummary[]> {
  const root = join(store, 'runs');
  const ids = await readdir(root).catch(() => []);
  const runs = await Promise.all(
    ids.map(async (id): Promise<RunSummary> => {
      const folder = join(root, id);
      const { mtime } = await stat(folder);
      const results = join(folder, 'results.json');
      const trials = existsSync(results)
        ? (await readJson<{ trials: { failure?: string }[] }>(results)).trials
        : [];
      return {
        id,
        folder,
        changed: mtime.toISOString(),
        scored: trials.filter(({ failure }) => failure === undefined).length,
        trials: trials.length,
      };
    }),
  );
  return runs.sort((a, b) => b.changed.localeCompare(a.changed));
}

/**
 * Progress of a run, from its plan, the cache and the leases: also while another process runs it.
 *
 * @param id of a run, or the start of one @throws MissingDataError naming the runs there are
 */
export async function runStatus(store: string, id: string): Promise<RunStatusReport> {
  const runs = await listRuns(store);
  const run = runs.find((candidate) => candidate.id === id) ?? only(runs, id);
  const tasks = await readJson<StageTask[]>(join(run.folder, 'plan.json'));
  const cache = new StageCache(join(store, 'cache'));
  const stages = new Map<string, RunStatusReport['stages'][number]>();
  for (const { stage, key } of tasks) {
    const counts = stages.get(stage) ?? { stage, done: 0, running: 0, waiting: 0 };
    stages.set(stage, counts);
    if ((await cache.lookUp(key)) !== null) counts.done++;
    else if (existsSync(join(cache.folder, 'leases', key))) counts.running++;
    else counts.waiting++;
  }
  return { id: run.id, folder: run.folder, stages: [...stages.values()] };
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

async function readJson<T>(path: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(`${path}: cannot be read; run the sweep again`, { cause: error });
  });
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; run the sweep again`, {
      cause: error,
    });
  }
}
