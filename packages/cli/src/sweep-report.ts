import {
  ablationTable,
  type AblationTable,
  type Forest,
  forestPlot,
  groupScores,
  type GroupScores,
  paperTable,
  type QuestionFields,
  rowTitle,
  skillsTable,
  type SkillsTable,
  type SweepCost,
  sweepCost,
  tableRows,
  type Unfinished,
} from '@omnict/report';
import { type PreparedSweep, scoreMetrics, type SweepResult } from '@omnict/runner';
import { join } from 'node:path';
import { tokensOfTrials } from './token-text';
import { unfinishedOf } from './unfinished';

/** All that `omnict run` tells at the end. */
export interface SweepReport {
  id: string;
  runFolder: string;
  /** False when a task failed or was stopped. */
  complete: boolean;
  table: AblationTable;
  /** Absent where no closed question says what skill it tests. */
  skills?: SkillsTable;
  /** Absent without a baseline. */
  forest?: Forest;
  /** Accuracy by organ, category, task and skill; absent in reports of earlier versions. */
  groups?: GroupScores[];
  /** Visual tokens of an image, by the title of a row; absent in reports of earlier versions. */
  tokens?: Record<string, Record<'slice' | 'volume', number>>;
  cost: SweepCost;
  /** Wall time of this run. */
  seconds: number;
  /** Folder of each trained model. */
  models: { trial: string; folder: string }[];
  failures: { task: string; message: string }[];
  /** Absent when it is complete. */
  unfinished?: Unfinished;
  /** Trials that a search stopped early, which have no row; absent without such a search. */
  pruned?: { trial: string; message: string }[];
  /** Why the tracking server does not have everything. */
  trackingProblem: string | undefined;
}

/**
 * Puts a sweep's result into the form that is printed.
 *
 * @param fields of the test questions, by their ids
 */
export async function sweepReport(
  sweep: PreparedSweep,
  result: SweepResult,
  fields: QuestionFields,
): Promise<SweepReport> {
  const { id, runFolder, spec, plan, cache } = sweep;
  const { paperTable: paperName } = spec.report;
  const { confidence, resamples } = spec.config.score;
  const pruned = result.trials.filter(({ isPruned }) => isPruned === true);
  const rows = tableRows(
    result.trials
      .filter(({ isPruned }) => isPruned !== true)
      .map(({ trial: { row, axes, seed, isBaseline }, model, majority, failure }) => ({
        row,
        axes,
        seed,
        isBaseline,
        model,
        majority,
        failure,
      })),
  );
  const metrics = scoreMetrics({
    metrics: [...new Set(plan.trials.flatMap(({ config }) => config.score.metrics))],
  });
  const skills = skillsTable(rows, { metrics, confidence, resamples });
  const table = ablationTable(rows, {
    metrics,
    confidence,
    resamples,
    ...(paperName !== undefined && { paper: paperTable(paperName) }),
  });
  const forest = forestPlot(rows, { table, skills, metrics, fields, resamples });
  const unfinished = unfinishedOf(result);
  return {
    id,
    runFolder,
    seconds: result.seconds,
    complete: unfinished === undefined,
    ...(pruned.length > 0 && {
      pruned: pruned.map(({ trial, failure = '' }) => ({ trial: trial.name, message: failure })),
    }),
    ...(unfinished !== undefined && { unfinished }),
    trackingProblem: result.trackingProblem,
    table,
    ...(skills !== null && { skills }),
    ...(forest !== null && { forest }),
    groups: groupScores(rows, metrics, fields),
    tokens: await tokensByRow(sweep),
    cost: sweepCost(
      result.tasks
        .filter(({ result: { status } }) => status === 'done' || status === 'cached')
        .map(({ task, result: { status, seconds } }) => ({
          stage: task.stage,
          trials: task.trials.length,
          ran: status === 'done',
          seconds,
        })),
      result.seconds,
    ),
    models: result.trials
      .filter(({ model }) => model !== undefined)
      .map(({ trial: { name } }) => ({
        trial: name,
        folder: join(cache.outputsOf(plan.taskOf.get(name)?.['finetune'] ?? ''), 'model'),
      })),
    failures: result.tasks
      .filter(({ result: { status } }) => status === 'failed')
      .map(({ task: { stage, trials }, result: { message } }) => ({
        task: `${stage} [${trials.join(', ')}]`,
        message: message ?? 'no message',
      })),
  };
}

/** Visual tokens of an image, organ tokens among them, of rows whose encoder is known here. */
async function tokensByRow({ plan }: PreparedSweep): Promise<SweepReport['tokens']> {
  const rowOf = new Map(
    plan.trials.map(({ name, row, axes }) => [name, rowTitle({ name: row, axes })]),
  );
  const counts = (await tokensOfTrials(plan.trials)).flatMap(({ trials, budget }) =>
    budget === undefined
      ? []
      : trials.map((trial): [string, Record<'slice' | 'volume', number>] => [
          rowOf.get(trial) ?? trial,
          {
            slice: budget.slice.globalTokens + budget.slice.organTokens,
            volume: budget.volume.globalTokens + budget.volume.organTokens,
          },
        ]),
  );
  return Object.fromEntries(counts);
}
