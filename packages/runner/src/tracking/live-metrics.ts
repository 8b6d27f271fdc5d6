import type { Metric } from '@omnict/core';
import { EventReader, type MetricRecord, type StageCache, type StageTask } from '@omnict/pipeline';
import { readFile } from 'node:fs/promises';

/** Pause between looks in ms: with the pause before a journal is sent, less than ten seconds. */
const LOOK_MS = 2000;

/** What is told of new numbers. */
type OnMetrics = (task: StageTask, metrics: readonly Metric[]) => void;

/**
 * Follows the numbers of the tasks of a sweep while their stages run, whichever driver's workers run
 * them, on whatever machine: they lie in the cache.
 */
export class LiveMetrics {
  private readonly tasks: ReadonlyMap<string, StageTask>;
  private readonly readers = new Map<string, EventReader<MetricRecord>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly cache: StageCache,
    tasks: readonly StageTask[],
    private readonly onMetrics: OnMetrics,
  ) {
    this.tasks = new Map(tasks.map((task) => [task.key, task]));
  }

  /** Starts looking in the background. */
  start(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        if (!this.isStopped) this.start();
      });
    }, LOOK_MS);
    this.timer.unref(); // never keeps the process alive
  }

  /** Tells what was written since the last look. */
  async look(): Promise<void> {
    const atWork = new Set(await this.cache.keysAtWork());
    for (const key of this.readers.keys()) if (!atWork.has(key)) this.readers.delete(key);
    for (const key of atWork) {
      const task = this.tasks.get(key);
      if (task === undefined) continue; // of another sweep
      const reader =
        this.readers.get(key) ?? new EventReader(this.cache.recordsAtWork(key).metrics);
      this.readers.set(key, reader);
      const metrics = toMetrics(task.stage, await reader.read());
      if (metrics.length > 0 && !this.isStopped) this.onMetrics(task, metrics);
    }
  }

  /** Stops looking. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }
}

/** All numbers that a task has recorded: of its result, or, without one, of its unfinished work. */
export async function metricsOf(cache: StageCache, task: StageTask): Promise<Metric[]> {
  for (const { metrics } of [cache.records(task.key), cache.recordsAtWork(task.key)]) {
    const text = await readFile(metrics, 'utf8').catch(() => undefined);
    if (text !== undefined) return toMetrics(task.stage, text.split('\n').flatMap(parsed));
  }
  return [];
}

function parsed(line: string): MetricRecord[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as MetricRecord];
  } catch {
    return []; // cut by a process that was killed
  }
}

/** Named after their stage, with the number that JSON does not know. */
function toMetrics(stage: string, records: readonly MetricRecord[]): Metric[] {
  return records.map(({ key, value, step, timestamp }) => ({
    key: `${stage}/${key}`,
    value: value ?? NaN,
    step,
    timestamp,
  }));
}
