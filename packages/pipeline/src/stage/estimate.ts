import { type Manifest, totalBytes } from '../cache/manifest';
import type { StageTask, SweepPlan } from './plan';

/** What a task of a stage took earlier: medians. */
export interface StageCost {
  seconds: number;
  /** Of its outputs. */
  bytes: number;
  /** Of its process, at most. */
  memoryBytes: number;
}

/** What is left of a plan will take, as far as earlier runs tell. */
export interface PlanEstimate {
  /** Tasks that are not cached. */
  tasks: number;
  /** Work of all of them, one after the other. */
  seconds: number;
  /** At least so long with so many at a time: longest chain, or work divided. */
  wallSeconds: number;
  /** Of the outputs to come. */
  diskBytes: number;
  /** Of the largest process. */
  memoryBytes: number;
  /** Stages that were never run here, so that nothing is counted for them. */
  unknownStages: string[];
}

/** Costs of stages from the results in a cache. */
export function stageCosts(manifests: readonly Manifest[]): Map<string, StageCost> {
  const byStage = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const known = byStage.get(manifest.stage) ?? [];
    byStage.set(manifest.stage, known);
    known.push(manifest);
  }
  return new Map(
    [...byStage].map(([stage, results]) => [
      stage,
      {
        seconds: median(results.map(({ seconds }) => seconds)),
        bytes: median(results.map(totalBytes)),
        memoryBytes: median(results.map(({ memoryBytes = 0 }) => memoryBytes)),
      },
    ]),
  );
}

/** Estimates what a plan still costs. @param parallel tasks at a time */
export function estimatePlan(
  { tasks }: SweepPlan,
  costs: ReadonlyMap<string, StageCost>,
  parallel: number,
): PlanEstimate {
  const missing = tasks.filter(({ cachedSeconds }) => cachedSeconds === undefined);
  const costOf = (task: StageTask): StageCost | undefined => costs.get(task.stage);
  const endOf = new Map<string, number>();
  let [seconds, diskBytes, memoryBytes, longest] = [0, 0, 0, 0];
  for (const task of missing) {
    const cost = costOf(task) ?? { seconds: 0, bytes: 0, memoryBytes: 0 };
    const own = task.parts === undefined ? cost.seconds / (task.shard?.count ?? 1) : 0;
    const start = Math.max(0, ...Object.values(task.needs).map((key) => endOf.get(key) ?? 0));
    endOf.set(task.key, start + own);
    longest = Math.max(longest, start + own);
    seconds += own;
    if (task.shard === undefined) diskBytes += cost.bytes; // parts are linked, not copied
    memoryBytes = Math.max(memoryBytes, cost.memoryBytes);
  }
  const unknown = missing.filter((task) => costOf(task) === undefined).map(({ stage }) => stage);
  return {
    tasks: missing.length,
    seconds,
    wallSeconds: Math.max(longest, seconds / parallel),
    diskBytes,
    memoryBytes,
    unknownStages: [...new Set(unknown)],
  };
}

function median(values: number[]): number {
  const sorted = values.sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
