import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RunRecord } from './read-run';

/** Course of one number in one task. */
export interface RecordedCurve {
  stage: string;
  metric: string;
  /** Names of the trials that share the task. */
  trials: readonly string[];
  /** Rising in `step`. */
  points: { step: number; value: number }[];
}

/** Reads all numbers that the tasks of a run recorded; those that are not finite are left out. */
export async function readCurves({ tasks, cache }: RunRecord): Promise<RecordedCurve[]> {
  const curves: RecordedCurve[] = [];
  for (const { stage, key, trials } of tasks) {
    const { metrics } = cache.records(key);
    if (!existsSync(metrics)) continue;
    const courses = new Map<string, RecordedCurve>();
    for (const line of (await readFile(metrics, 'utf8')).split('\n')) {
      if (line === '') continue;
      const {
        key: metric,
        value,
        step = 0,
      } = JSON.parse(line) as {
        key: string;
        value: number | null;
        step?: number;
      };
      if (value === null || !Number.isFinite(value)) continue;
      const curve = courses.get(metric) ?? { stage, metric, trials, points: [] };
      curve.points.push({ step, value });
      courses.set(metric, curve);
    }
    for (const curve of courses.values()) curve.points.sort((a, b) => a.step - b.step);
    curves.push(...courses.values());
  }
  return curves;
}
