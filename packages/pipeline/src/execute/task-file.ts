import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardPart } from '../stage/stage-definition';

/** Where a search judges a task. */
export interface PausePoint {
  /** Of the stage's metrics; the task pauses once it tells it at this step or a later one. */
  metric: string;
  step: number;
}

/** What a worker process is told: all it needs to run one task. */
export interface TaskFile {
  key: string;
  stage: string;
  section: unknown;
  seed: number;
  engine: string | undefined;
  cacheFolder: string;
  /** Modules with the user's parts, to load first. */
  components: readonly string[];
  /** Key of each needed stage's task. */
  needs: Readonly<Record<string, string>>;
  /** Which part of the stage's work this is; absent for all of it. */
  shard?: ShardPart;
  /** Keys of the parts that make up the result, in place of running the stage. */
  parts?: readonly string[];
  /** Absent for a task that runs to its end. */
  pauseAt?: PausePoint;
  /** Hashes of what the key is made of, for the manifest. */
  keyParts: Readonly<Record<string, string>>;
  /** Folder of this attempt: result, events, output of the process. */
  folder: string;
}

/** What a worker tells while it runs, one line an event. */
export type WorkerEvent =
  | { type: 'progress'; done: number; total: number }
  | { type: 'log'; text: string; replayed?: boolean };

/** One line of a task's `metrics.jsonl`, written while its stage runs. */
export interface MetricRecord {
  key: string;
  /** Null for a number that JSON does not know: NaN or an infinity. */
  value: number | null;
  step: number;
  /** Milliseconds since 1970. */
  timestamp: number;
}

/** How an attempt ended, as its worker saw it. Without this file it did not end well. */
export type TaskOutput =
  | { status: 'done'; seconds: number }
  /** Another process works on the task, or has finished it. */
  | { status: 'busy' }
  /** Came to where a search judges it, checkpoint saved. */
  | { status: 'paused' }
  /** Asked to stop, checkpoint saved. */
  | { status: 'stopped'; signal: string }
  /** `isMistake`: the same attempt would fail again. */
  | { status: 'failed'; message: string; isMistake?: boolean };

/** Exit code of a worker that was asked to stop and saved a checkpoint: try again later. */
export const EXIT_STOPPED = 75;

/** In an attempt's folder: what its worker is told. */
export const TASK_FILE = 'task.json';
/** In an attempt's folder: how it ended. */
export const RESULT_FILE = 'result.json';
/** In an attempt's folder: what its worker tells while it runs. */
export const EVENTS_FILE = 'events.jsonl';
/** In an attempt's folder: what its process printed. */
export const OUTPUT_FILE = 'output.log';

/** The worker's own word about an attempt; null when it left none. */
export async function readTaskOutput(folder: string): Promise<TaskOutput | null> {
  try {
    return JSON.parse(await readFile(join(folder, RESULT_FILE), 'utf8')) as TaskOutput;
  } catch {
    return null;
  }
}
