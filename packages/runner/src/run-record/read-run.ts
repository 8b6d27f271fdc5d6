import {
  EventReader,
  findRun,
  readPlan,
  readRunDocument,
  type RunEvent,
  RunFolder,
  StageCache,
  type StageTask,
} from '@omnict/pipeline';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RunEnvironment } from './environment';

/** What a recorded run says of one of its trials. */
export interface RecordedTrial {
  trial: string;
  /** Row of the table that it belongs to. */
  row: string;
  axes: Readonly<Record<string, unknown>>;
  seed: number;
  /** Why there is no result. */
  failure?: string;
}

/** A run as its folder and the cache hold it. */
export interface RunRecord {
  id: string;
  folder: string;
  cache: StageCache;
  spec: Readonly<Record<string, unknown>>;
  tasks: readonly StageTask[];
  trials: readonly RecordedTrial[];
  /** Null for a run that was made before it was recorded. */
  environment: RunEnvironment | null;
  /** Times of the first and the last event, ISO 8601. */
  started?: string;
  ended?: string;
}

/**
 * Reads a run that has ended at least once.
 *
 * @param store folder of caches and runs @param id of the run, the start of one, or `latest`
 * @throws MissingDataError for an unknown run, or one that has not ended yet
 */
export async function readRunRecord(store: string, id: string): Promise<RunRecord> {
  const { path } = await findRun(store, id);
  return readRunFolder(path, new StageCache(join(store, 'cache')));
}

/** Reads a run from its folder. @throws MissingDataError when it has not ended yet */
export async function readRunFolder(folder: string, cache: StageCache): Promise<RunRecord> {
  const { trials } = await readRunDocument<{ trials: RecordedTrial[] }>(
    join(folder, 'results.json'),
  );
  const environment = join(folder, 'environment.json');
  const events = await new EventReader<RunEvent>(new RunFolder(folder).eventsFile).read();
  return {
    id: basename(folder),
    folder,
    cache,
    spec: await readRunDocument(join(folder, 'spec.json')),
    tasks: await readPlan(folder),
    trials: trials.map((trial) => ({ ...trial, row: trial.row ?? trial.trial })),
    environment: existsSync(environment) ? await readRunDocument(environment) : null,
    started: events[0]?.time,
    ended: events.at(-1)?.time,
  };
}

/** The task of a stage whose result a trial uses; undefined where the trial does without. */
export function taskOfTrial(
  tasks: readonly StageTask[],
  stage: string,
  trial: string,
): StageTask | undefined {
  return tasks.find(
    (task) => task.stage === stage && task.shard === undefined && task.trials.includes(trial),
  );
}
