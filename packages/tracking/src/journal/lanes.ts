import type { Metric } from '@omnict/core';
import { LIMITS } from '../mlflow/limits';

/** Requests under way at a time. */
const LANES = 5;

/** What is read from a journal before it is sent in lanes: a few requests for each. */
export const ENTITIES_AT_ONCE = 4 * LANES * LIMITS.entitiesPerBatch;

/**
 * Parts metrics so that each part can be sent beside the others. All values of a key are in one part, in
 * their order: the server keeps the last value of each key, and two requests about one key could leave
 * an older one there.
 */
export function lanesOf(metrics: readonly Metric[]): Metric[][] {
  const byKey = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const values = byKey.get(metric.key);
    if (values === undefined) byKey.set(metric.key, [metric]);
    else values.push(metric);
  }
  const lanes: Metric[][] = Array.from({ length: LANES }, () => []);
  // The largest first, each to the shortest lane.
  for (const values of [...byKey.values()].sort((a, b) => b.length - a.length)) {
    const shortest = lanes.reduce((best, lane) => (lane.length < best.length ? lane : best));
    shortest.push(...values);
  }
  return lanes.filter((lane) => lane.length > 0);
}
