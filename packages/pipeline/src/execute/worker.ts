import {
  ConfigError,
  FormatError,
  MissingDataError,
  OmnictError,
  ShapeError,
  UnsupportedError,
  withoutFileNames,
} from '@omnict/core';
import { rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeDurably, writeError } from '../cache/durable';
import { Lease } from '../cache/lease';
import { makeStoreFolder } from '../cache/store-folder';
import { StageCache, type Workspace } from '../cache/stage-cache';
import { loadStage } from '../stage/load-stages';
import type { StageContext } from '../stage/stage-definition';
import type { WorkerProgram } from '../worker-program';
import { appendEvent, appendLine } from './event-log';
import { noteFileName } from './file-names';
import {
  EVENTS_FILE,
  EXIT_STOPPED,
  type MetricRecord,
  RESULT_FILE,
  type TaskFile,
  type TaskOutput,
  type WorkerEvent,
} from './task-file';

/** Shortest time between two progress events: a file takes them all. */
const PROGRESS_EVERY_MS = 100;

/**
 * Runs one task in this process and publishes its result. This is all that every launcher starts.
 * How it ended is told by `result.json` beside the task file, which appears by one rename.
 *
 * @param program whose stages it knows @param stop aborted to ask for a checkpoint and an early end
 * @returns the process's exit code: 0 done, or busy elsewhere; 1 failed; 75 stopped on request
 */
export async function runWorker<Config>(
  program: WorkerProgram<Config>,
  taskPath: string,
  stop: AbortSignal = new AbortController().signal,
): Promise<number> {
  const text = await readFile(taskPath, 'utf8');
  // The attempt's folder is where its task file lies, whatever that says.
  const task: TaskFile = { ...(JSON.parse(text) as TaskFile), folder: dirname(resolve(taskPath)) };
  const result = join(task.folder, RESULT_FILE);
  rmSync(result, { force: true }); // of an earlier life of the same attempt, requeued by Slurm
  await followPermissions(task.cacheFolder);
  const output = await attemptTask(program, task, stop);
  await writeDurably(result, JSON.stringify(output));
  if (output.status === 'failed') return 1;
  return output.status === 'stopped' ? EXIT_STOPPED : 0;
}

async function attemptTask<Config>(
  program: WorkerProgram<Config>,
  task: TaskFile,
  stop: AbortSignal,
): Promise<TaskOutput> {
  const cache = new StageCache(task.cacheFolder);
  let lease: Lease | null = null;
  const pause = new AbortController();
  try {
    lease = await Lease.take(cache.leases, task.key);
    if (lease === null) return { status: 'busy' };
    // Between the driver's look and the lease another worker may have finished it: look again.
    if ((await cache.lookUp(task.key)) !== null) return { status: 'busy' };
    const signal = AbortSignal.any([stop, lease.signal]);
    const seconds = await runTask(program, task, { cache, lease, signal, pause });
    return { status: 'done', seconds };
  } catch (error) {
    if (stop.aborted) return { status: 'stopped', signal: reasonOf(stop) };
    if (lease?.signal.aborted === true) return { status: 'busy' };
    if (pause.signal.aborted) return { status: 'paused' };
    const message = recorded(messageOf(error), task.folder);
    return { status: 'failed', message, ...(isMistake(error) && { isMistake: true }) };
  } finally {
    await lease?.release();
  }
}

interface TaskSurroundings {
  cache: StageCache;
  lease: Lease;
  signal: AbortSignal;
  /** Aborted where a search judges the task. A stage that has come to its end all the same is done. */
  pause: AbortController;
}

/** @returns seconds of work */
async function runTask<Config>(
  program: WorkerProgram<Config>,
  task: TaskFile,
  { cache, lease, signal, pause }: TaskSurroundings,
): Promise<number> {
  const attempt = lease.token;
  const workspace = await cache.prepare(task.key, attempt);
  const started = performance.now();
  const startedCpu = process.cpuUsage();
  let files;
  let engine: unknown;
  if (task.parts === undefined) {
    const stage = await loadStage(program, task.stage, task.components);
    if (stage === undefined) {
      throw new UnsupportedError(
        `worker: no stage '${task.stage}' in this program; expected the program that planned the task; update it`,
      );
    }
    if (stage.usesEngine !== false) engine = await program.engine?.select(task.engine);
    await stage.run(await stageContext(task, { cache, workspace, signal, pause }));
  } else {
    files = await cache.assemble(workspace.outputs, task.parts);
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  signal.throwIfAborted();
  if (!(await lease.isHeld())) {
    throw new MissingDataError('worker: another process took the task over; its result counts');
  }
  await cache.publish(
    task.key,
    {
      stage: task.stage,
      seconds,
      processorSeconds: (user + system) / 1e6, // of all threads
      ...(program.describe !== undefined && { machine: program.describe(engine) }),
      memoryBytes: process.resourceUsage().maxRSS * 1024, // KiB
      parts: task.keyParts,
    },
    { attempt, ...(files !== undefined && { files }) },
  );
  return seconds;
}

async function stageContext(
  task: TaskFile,
  {
    cache,
    workspace,
    signal,
    pause,
  }: Pick<TaskSurroundings, 'cache' | 'signal' | 'pause'> & { workspace: Workspace },
): Promise<StageContext> {
  const inputs: Record<string, string> = {};
  for (const [name, key] of Object.entries(task.needs)) {
    const found = await cache.lookUp(key);
    if (found === null) {
      throw new MissingDataError(`worker: the result of '${name}' is gone; run the sweep again`);
    }
    inputs[name] = found.outputs;
  }
  const send = (event: WorkerEvent): void => appendEvent(join(task.folder, EVENTS_FILE), event);
  let reportedMs = -PROGRESS_EVERY_MS;
  return {
    section: task.section,
    seed: task.seed,
    shard: task.shard ?? { index: 0, count: 1 },
    inputs,
    outputs: workspace.outputs,
    checkpoints: workspace.checkpoints,
    signal: AbortSignal.any([signal, pause.signal]),
    log: (text) => {
      const shown = recorded(text, task.folder);
      appendLine(workspace.log, shown);
      send({ type: 'log', text: shown });
    },
    metric: (key, value, step = 0) => {
      const record: MetricRecord = { key, value, step, timestamp: Date.now() };
      appendEvent(workspace.metrics, record);
      const { pauseAt } = task;
      if (key === pauseAt?.metric && step >= pauseAt.step) {
        pause.abort(new Error(`paused at step ${step}`));
      }
    },
    progress: (done, total) => {
      const now = performance.now();
      if (done < total && now - reportedMs < PROGRESS_EVERY_MS) return;
      reportedMs = now;
      send({ type: 'progress', done, total });
    },
  };
}

/**
 * A text for the records, which others read and trackers get: files are named by digests. Which is
 * which stands in one file of the run, for its user alone.
 */
function recorded(text: string, folder: string): string {
  return withoutFileNames(text, (name, path) => noteFileName(folder, name, path));
}

/** In a cache folder that a group may write to, the group may also use and prune what is made. */
async function followPermissions(folder: string): Promise<void> {
  try {
    await makeStoreFolder(folder); // the first result of a store is the group's, too
    if ((statSync(folder).mode & 0o020) !== 0) process.umask(0o007);
  } catch {
    // Whoever writes there first says what is wrong with it.
  }
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Kinds of errors that depend on nothing but what the task was given. */
const MISTAKES = [ConfigError, FormatError, ShapeError, UnsupportedError].map(({ name }) => name);

function isMistake(error: unknown): boolean {
  return OmnictError.isInstance(error) && MISTAKES.includes(error.name);
}

function messageOf(error: unknown): string {
  if (OmnictError.isInstance(error)) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return writeError(path ?? 'worker', error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
