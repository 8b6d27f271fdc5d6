import { readFile } from 'node:fs/promises';
import type { StageCache } from '../cache/stage-cache';
import type { MetricRecord } from '../execute/task-file';
import type { Search } from './search-schema';

/** Metric that a search goes by. */
export interface SearchedMetric {
  stage: string;
  key: string;
  /** Turns values so that lower is better. */
  sign: 1 | -1;
}

/** Reads what a search goes by. @returns undefined for one that goes by nothing */
export function searchedMetric({ metric, goal }: Search): SearchedMetric | undefined {
  if (metric === undefined) return undefined;
  const [stage = '', ...rest] = metric.split('/');
  return { stage, key: rest.join('/'), sign: goal === 'maximize' ? -1 : 1 };
}

/**
 * Loss of a task at a step or the first later one that was told, whether it has ended or not; without
 * a step the last one. NaN stands for a value that is no number.
 *
 * @returns undefined while the task has not come so far
 */
export async function lossAt(
  cache: StageCache,
  task: string,
  { key, sign, step }: Omit<SearchedMetric, 'stage'> & { step?: number },
): Promise<number | undefined> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const done = await read(cache.records(task).metrics);
  const text = done === '' ? await read(cache.recordsAtWork(task).metrics) : done;
  const records = text.split('\n').flatMap((line) => {
    try {
      const record = JSON.parse(line) as MetricRecord;
      return record.key === key ? [record] : [];
    } catch {
      return []; // being written, or cut by a kill
    }
  });
  const ordered = records.sort((one, other) => one.step - other.step);
  const found = step === undefined ? ordered.at(-1) : ordered.find((record) => record.step >= step);
  return found === undefined ? undefined : sign * (found.value ?? NaN);
}
