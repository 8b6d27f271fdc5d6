import type { ScoredSet } from '@omnict/eval';
import * as pipeline from '@omnict/pipeline';
import type {
  SweepOutcome,
  SweepRequest,
  TaskResult,
  TrialOutcome,
  StageTask,
  WorkerEvent,
} from '@omnict/pipeline';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeEnvironment } from './run-record/environment';
import { readRunFolder } from './run-record/read-run';
import { runOrigin } from './run-record/run-origin';
import { OMNICT, type SweepSpec } from './omnict-pipeline';
import type { TrialConfig } from './spec/trial-config';
import { RESULT_FILE } from './stages/score';
import type { SweepSummary } from './tracking/sweep-summary';
import { SweepTracker } from './tracking/sweep-tracker';

/** A trial of OmniCT. */
export type Trial = pipeline.Trial<TrialConfig>;

/** A checked spec, its trials, and what the program has for them. */
export type ReadSweep = pipeline.ReadSweep<SweepSpec>;

/** A sweep that is ready to run. */
export type PreparedSweep = pipeline.PreparedSweep<SweepSpec>;

/** What a trial scored. */
export interface TrialResult {
  trial: Trial;
  /** Absent when a stage failed. */
  model?: ScoredSet;
  majority?: ScoredSet;
  failure?: string;
  /** True when it was stopped before its end, and would go on. */
  isStopped?: boolean;
  /** True when a search stopped it, for others were better. */
  isPruned?: boolean;
}

/** A finished, or stopped, sweep. */
export interface SweepResult extends Omit<SweepOutcome, 'trials'> {
  trials: TrialResult[];
  /** Why the tracking server does not have everything; undefined when it does or there is none. */
  trackingProblem?: string;
}

/** Callbacks and limits of {@link runSweep}. */
export interface RunSweepOptions {
  onStatus?: (task: StageTask, result: TaskResult) => void;
  onEvent?: (task: StageTask, event: WorkerEvent) => void;
  /** Called once all is scored, before the run's record is closed; @returns what becomes part of it */
  onScored?: (result: SweepResult) => Promise<SweepSummary>;
  signal?: AbortSignal;
  /** Command line that goes on with it after a stop. */
  command?: string;
}

/** Root of caches and runs: beside the user's work, found again by the next run. */
export const STORE_FOLDER = pipeline.storeFolder(OMNICT);

/** Reads and checks a spec of OmniCT; as `readSweep` of `@omnict/pipeline`. */
export function readSweep(file: string, request: SweepRequest = {}): Promise<ReadSweep> {
  return pipeline.readSweep(OMNICT, file, request);
}

/** Reads, checks, expands and plans a spec of OmniCT; as `prepareSweep` of `@omnict/pipeline`. */
export function prepareSweep(file: string, request: SweepRequest = {}): Promise<PreparedSweep> {
  return pipeline.prepareSweep(OMNICT, file, request);
}

/** Runs what is not cached, records everything, and collects the scores. */
export async function runSweep(
  sweep: PreparedSweep,
  { onStatus, onEvent, onScored, signal, command }: RunSweepOptions = {},
): Promise<SweepResult> {
  let tracker: SweepTracker | undefined;
  let trials: TrialResult[] = [];
  let trackingProblem: string | undefined;
  const { tasks, seconds } = await pipeline.runSweep(sweep, {
    onStart: async () => {
      await new pipeline.RunFolder(sweep.runFolder).write(
        'environment.json',
        describeEnvironment(),
      );
      tracker = await SweepTracker.start(sweep);
    },
    onStatus: (task, result) => {
      tracker?.onStatus(task, result);
      onStatus?.(task, result);
    },
    onEvent,
    onEnd: async (outcome) => {
      trials = await Promise.all(outcome.trials.map(trialResult));
      const scored = { ...outcome, trials };
      const summary = (await onScored?.(scored)) ?? { artifacts: [] };
      const facts = await writeFacts(sweep);
      trackingProblem = await tracker?.finish(scored, {
        ...summary,
        artifacts: [...summary.artifacts, facts],
      });
    },
    signal,
    ...(command !== undefined && { command }),
  });
  const result = { trials, tasks, seconds };
  return trackingProblem === undefined ? result : { ...result, trackingProblem };
}

/** Writes how the run was made, in the form that may leave the machine. @returns the file's path */
async function writeFacts({ runFolder, cache }: PreparedSweep): Promise<string> {
  const origin = await runOrigin(await readRunFolder(runFolder, cache));
  await new pipeline.RunFolder(runFolder).write('facts.json', origin);
  return join(runFolder, 'facts.json');
}

async function trialResult({
  trial,
  outputs,
  failure,
  isStopped = false,
  isPruned = false,
}: TrialOutcome<TrialConfig>): Promise<TrialResult> {
  if (failure !== undefined)
    return { trial, failure, ...(isStopped && { isStopped }), ...(isPruned && { isPruned }) };
  const folder = outputs['score'];
  if (folder === undefined) return { trial, failure: 'has no score' };
  const text = await readFile(join(folder, RESULT_FILE), 'utf8');
  const scores = JSON.parse(text) as { model: ScoredSet; majority: ScoredSet };
  return { trial, ...scores };
}
