import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { OUTPUT_FILE } from '../execute/task-file';

/** How a worker left a task. */
interface WorkerExit {
  /** Signal or code when the process ended; undefined when it waits for the next task. */
  died?: string;
}

/** What a process must have been started with to take a task. */
export interface WorkerKind {
  entry: readonly [script: string, ...args: string[]];
  environment: Readonly<Record<string, string>>;
  /** An engine is chosen once a process. */
  engine: string;
}

/** A process that grew beyond this is not used again. */
const RETIRE_ABOVE_BYTES = 1.5e9;

/** A worker process at work. */
export interface BusyWorker {
  /** Asks for a checkpoint and an early end. */
  stop: (reason: string) => void;
  /** Ends it and its children at once. */
  kill: () => void;
  ended: Promise<WorkerExit>;
  /** What the process prints, for all of its tasks. */
  outputFile: string;
}

interface PooledProcess {
  child: ChildProcess;
  outputFile: string;
}

/**
 * Worker processes of one machine. A process runs one task at a time and is used again for tasks of
 * its kind: loading the engine takes longer than many tasks do.
 */
export class WorkerPool {
  private readonly idle = new Map<string, PooledProcess[]>();

  /** Runs a task in a waiting process of its kind, or in a new one. */
  run(taskPath: string, folder: string, kind: WorkerKind): BusyWorker {
    const name = JSON.stringify(kind);
    const pooled = this.idle.get(name)?.pop() ?? this.start(name, folder, kind);
    const { child, outputFile } = pooled;
    child.ref();
    child.channel?.ref();
    const ended = new Promise<WorkerExit>((done) => {
      const onExit = (code: number | null, signal: string | null): void => {
        done({ died: signal ?? `exit code ${String(code)}` });
      };
      const onError = (error: Error): void => done({ died: error.message });
      child.once('exit', onExit);
      child.once('error', onError);
      child.once('message', ({ memoryBytes }: { memoryBytes: number }) => {
        child.off('exit', onExit);
        child.off('error', onError);
        this.keepOrRetire(name, pooled, memoryBytes);
        done({});
      });
    });
    child.send({ run: taskPath }, () => undefined); // a process that is gone tells by its exit
    return {
      stop: (reason) => child.send({ stop: reason }, () => undefined),
      kill: () => killTree(child),
      ended,
      outputFile,
    };
  }

  /** Ends the waiting processes. */
  close(): void {
    for (const waiting of this.idle.values()) waiting.forEach(({ child }) => disconnect(child));
    this.idle.clear();
  }

  private keepOrRetire(name: string, pooled: PooledProcess, memoryBytes: number): void {
    const { child } = pooled;
    if (memoryBytes > RETIRE_ABOVE_BYTES) {
      disconnect(child);
      return;
    }
    child.unref();
    child.channel?.unref();
    const waiting = this.idle.get(name) ?? [];
    this.idle.set(name, waiting);
    waiting.push(pooled);
  }

  /** A new process; one that ends while it waits is forgotten. */
  private start(name: string, folder: string, kind: WorkerKind): PooledProcess {
    const pooled = start(folder, kind);
    pooled.child.once('exit', () => {
      const waiting = this.idle.get(name) ?? [];
      const index = waiting.indexOf(pooled);
      if (index >= 0) waiting.splice(index, 1);
    });
    return pooled;
  }
}

function start(folder: string, { entry, environment }: WorkerKind): PooledProcess {
  const [script, ...args] = entry;
  const outputFile = join(folder, OUTPUT_FILE);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
  const output = openSync(outputFile, flags | (constants.O_NOFOLLOW ?? 0), 0o666);
  try {
    const child = fork(script, [...args, '--serve'], {
      execArgv: [], // not what this process was started with: an inspector's port, for instance
      env: environment,
      stdio: ['ignore', output, output, 'ipc'],
      detached: true, // its own process group: Ctrl-C reaches the driver, which asks politely
    });
    return { child, outputFile };
  } finally {
    closeSync(output);
  }
}

function disconnect(child: ChildProcess): void {
  if (child.connected) child.disconnect();
}

function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
