import { fork } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../cache/stage-cache';
import { EXIT_STOPPED, type TaskFile, type WorkerEvent } from './task-file';

/** How a task ended. */
export type TaskOutcome =
  | { status: 'done'; seconds: number }
  | { status: 'stopped' }
  | { status: 'failed'; message: string };

/** What the driver decides about a worker process. */
export interface WorkerOptions {
  /** Script that calls `runWorker` with the path it is given. */
  entry: readonly [script: string, ...args: string[]];
  /** Threads the engine may use. */
  threads: number;
  /** Folder for task files. */
  folder: string;
  onEvent: (event: WorkerEvent) => void;
  signal: AbortSignal;
}

/** Environment a worker sees: nothing undeclared can matter to a result. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'NODE_OPTIONS',
  'LD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
];

/** Time a worker has to save a checkpoint once it is asked to stop. */
const GRACE_MS = 20_000;

/** Runs one task in a child process of its own. */
export async function runTaskProcess(task: TaskFile, options: WorkerOptions): Promise<TaskOutcome> {
  await mkdir(options.folder, { recursive: true });
  const taskPath = join(options.folder, `${task.key}.json`);
  await writeDurably(taskPath, JSON.stringify(task));
  const [script, ...args] = options.entry;
  const child = fork(script, [...args, taskPath], {
    execArgv: [], // not what this process was started with: an inspector's port, for instance
    env: workerEnvironment(options.threads),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true, // its own process group: Ctrl-C reaches the driver, which asks politely
  });
  let failure = '';
  let errorOutput = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errorOutput = (errorOutput + chunk.toString()).slice(-4000);
  });
  child.on('message', (event: WorkerEvent) => {
    if (event.type === 'failed') failure = event.message;
    else options.onEvent(event);
  });
  const started = performance.now();
  const askToStop = (): void => {
    child.kill('SIGUSR2');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  options.signal.addEventListener('abort', askToStop, { once: true });
  const code = await new Promise<number | null>((done) => {
    child.on('error', (error) => {
      failure ||= error.message;
      done(1);
    });
    child.on('exit', (exitCode, signalName) => {
      if (signalName !== null) failure ||= `worker was killed (${signalName})`;
      done(exitCode);
    });
  });
  options.signal.removeEventListener('abort', askToStop);
  await rm(taskPath, { force: true });
  if (code === 0) return { status: 'done', seconds: (performance.now() - started) / 1000 };
  if (code === EXIT_STOPPED || options.signal.aborted) return { status: 'stopped' };
  return {
    status: 'failed',
    message: failure || errorOutput.trim() || `worker ended with code ${code}`,
  };
}

function workerEnvironment(threads: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => PASSED_ON.includes(name) || name.startsWith('OMNICT_'),
  );
  return {
    ...Object.fromEntries(kept),
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
  };
}
