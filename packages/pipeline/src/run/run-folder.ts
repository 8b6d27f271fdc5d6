import { FormatError, MissingDataError, pathInside } from '@omnict/core';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../cache/durable';
import { makeStoreFolder } from '../cache/store-folder';
import { type Holder, Lease, LeaseWatch, readHolder } from '../cache/lease';
import { appendEvent } from '../execute/event-log';
import type { WorkerEvent } from '../execute/task-file';
import type { TaskResult } from '../execute/task-graph';
import type { WorkerEntry } from '../pipeline';
import type { Profile } from '../spec/profile-schema';
import type { SweepSpec } from '../spec/sweep-schema';
import type { StageTask } from '../stage/plan';

/** One line of what drivers of a run tell: all that a terminal shows, for whoever attaches. */
export type RunEvent = { time: string } & (
  | { type: 'start' }
  | { type: 'end'; complete: boolean }
  | ({ type: 'status'; key: string } & TaskResult)
  | { type: 'event'; key: string; event: WorkerEvent }
);

/** An event before it is written. */
type Untimed<E> = E extends RunEvent ? Omit<E, 'time'> : never;

/** Records of one sweep: spec, plan, jobs, drivers, events, tracking. */
export class RunFolder {
  constructor(readonly path: string) {}

  get eventsFile(): string {
    return join(this.path, 'events.jsonl');
  }

  get jobs(): string {
    return pathInside(this.path, 'jobs');
  }

  /** Writes a document of the run. */
  async write(
    name:
      | 'spec.json'
      | 'plan.json'
      | 'launch.json'
      | 'environment.json'
      | 'results.json'
      | 'facts.json'
      | 'report.json',
    value: unknown,
  ): Promise<void> {
    await makeStoreFolder(this.path);
    await writeDurably(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Tells whoever is attached. */
  tell(event: Untimed<RunEvent>): void {
    try {
      appendEvent(this.eventsFile, { time: new Date().toISOString(), ...event });
    } catch {
      // A full disk fails the work itself; what is shown of it may be incomplete.
    }
  }

  /** Marks this process as a driver of the run, for as long as it lives. */
  async enter(): Promise<Lease> {
    await makeStoreFolder(this.drivers);
    const lease = await Lease.take(this.drivers, randomUUID());
    if (lease !== null) return lease;
    throw new MissingDataError(`${this.drivers}: a new name is in use; run again`);
  }

  /** Processes that drive the run now. */
  async livingDrivers(): Promise<Holder[]> {
    const watch = new LeaseWatch(this.drivers);
    const holders: Holder[] = [];
    for (const key of await watch.held()) {
      if (await watch.isFree(key)) continue;
      const holder = await readHolder(join(this.drivers, key));
      if (holder !== null) holders.push(holder);
    }
    return holders;
  }

  /** Asks all drivers of the run, on whatever machine, to stop. */
  async requestCancel(): Promise<void> {
    await writeDurably(this.cancelFile, new Date().toISOString());
  }

  /** True when somebody asked since the run last started. */
  isCancelRequested(): boolean {
    return existsSync(this.cancelFile);
  }

  /** Forgets an earlier request. */
  async clearCancel(): Promise<void> {
    await rm(this.cancelFile, { force: true });
  }

  private get drivers(): string {
    return pathInside(this.path, 'drivers');
  }

  private get cancelFile(): string {
    return join(this.path, 'cancel');
  }
}

/** Reads a document of a recorded run. @throws MissingDataError, FormatError */
export async function readRunDocument<T>(path: string): Promise<T> {
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

/** Tasks of a recorded run. @throws MissingDataError, FormatError */
export async function readPlan(folder: string): Promise<StageTask[]> {
  const path = join(folder, 'plan.json');
  const tasks = await readRunDocument<StageTask[]>(path);
  if (Array.isArray(tasks)) return tasks;
  throw new FormatError(`${path}: is no list of tasks; the file is damaged; run the sweep again`);
}

/** How a recorded run was started. */
export interface RunLaunch {
  /** Script that serves tasks. */
  worker: WorkerEntry;
  profile: Profile;
  policy: SweepSpec['policy'];
  /** Command line that goes on with it; absent in records of programs that have none. */
  command?: string;
}

/** How a recorded run was started; null when it does not tell. */
export async function readLaunch(folder: string): Promise<RunLaunch | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'launch.json'), 'utf8')) as RunLaunch;
  } catch {
    return null;
  }
}

/** Folders of all recorded runs of a store. */
export async function runFolders(store: string): Promise<string[]> {
  const root = join(store, 'runs');
  return (await readdir(root).catch(() => [])).sort().map((id) => join(root, id));
}
