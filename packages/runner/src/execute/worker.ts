import { OmnictError, selectEngine } from '@omnict/nn';
import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { StageCache } from '../cache/stage-cache';
import type { StageDefinition } from '../stage/stage-definition';
import { EXIT_STOPPED, type TaskFile, type WorkerEvent } from './task-file';

/**
 * Runs one task in this process and publishes its result. This is all that every launcher starts.
 *
 * @returns the process's exit code: 0 done, 1 failed, 75 stopped on request
 */
export async function runWorker(
  taskPath: string,
  builtIn: readonly StageDefinition[],
): Promise<number> {
  const task = JSON.parse(await readFile(taskPath, 'utf8')) as TaskFile;
  const stop = new AbortController();
  for (const signal of ['SIGUSR2', 'SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  // A worker whose driver died has nobody to report to, and would hold the task.
  process.on('disconnect', () => stop.abort(new Error('the driver is gone')));
  try {
    await runTask(task, await stagesOf(task, builtIn), stop.signal);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return EXIT_STOPPED;
    send({ type: 'failed', message: messageOf(error) });
    return 1;
  }
}

async function runTask(
  task: TaskFile,
  stages: readonly StageDefinition[],
  signal: AbortSignal,
): Promise<void> {
  const stage = stages.find(({ name }) => name === task.stage);
  if (stage === undefined) throw new Error(`worker: no stage '${task.stage}' in this program`);
  const cache = new StageCache(task.cacheFolder);
  const workspace = await cache.prepare(task.key);
  await selectEngine(task.engine);
  const started = performance.now();
  await stage.run({
    section: task.section,
    seed: task.seed,
    inputs: task.inputs,
    outputs: workspace.outputs,
    checkpoints: workspace.checkpoints,
    signal,
    log: (text) => {
      appendFileSync(workspace.log, `${text}\n`);
      send({ type: 'log', text });
    },
    metric: (key, value, step = 0) => {
      const event = { type: 'metric', key, value, step, timestamp: Date.now() } as const;
      appendFileSync(workspace.metrics, `${JSON.stringify(event)}\n`);
      send(event);
    },
    progress: (done, total) => send({ type: 'progress', done, total }),
  });
  await cache.publish(task.key, {
    stage: task.stage,
    seconds: (performance.now() - started) / 1000,
  });
}

async function stagesOf(
  { stagesModule }: TaskFile,
  builtIn: readonly StageDefinition[],
): Promise<readonly StageDefinition[]> {
  if (stagesModule === undefined) return builtIn;
  const loaded = (await import(pathToFileURL(stagesModule).href)) as { stages: StageDefinition[] };
  return loaded.stages;
}

function send(event: WorkerEvent): void {
  if (process.connected) process.send?.(event);
}

function messageOf(error: unknown): string {
  if (OmnictError.isInstance(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
