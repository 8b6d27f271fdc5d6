import {
  formatSeconds,
  hasFigures,
  renderAblationTable,
  renderSkillsTable,
  renderSweepCost,
  renderUnfinished,
  TERMINAL_WIDTH,
  trialTitle,
  wrapWords,
} from '@omnict/report';
import type { SweepReport } from './sweep-report';

/** Folders of models that are named: each is a long line. */
const MOST_MODELS = 2;

/** Beside the figures: what else is told of a run. */
interface Surroundings {
  /** File of the report. */
  page: string | undefined;
  /** Command line that goes on with an unfinished run, where it is known. */
  command?: string | undefined;
}

/** Writes all that a finished, failed or stopped sweep tells, for the terminal. */
export function reportText(report: SweepReport, { page, command }: Surroundings): string {
  const { table, skills, cost, runFolder, models, failures, seconds, trackingProblem } = report;
  const { pruned = [], unfinished } = report;
  return [
    ...(hasFigures(table) ? [renderAblationTable(table)] : []),
    ...(skills === undefined ? [] : [renderSkillsTable(skills)]),
    ...(unfinished === undefined ? [] : [renderUnfinished(unfinished)]),
    ...(unfinished === undefined ? [renderSweepCost(cost)] : []),
    ...(pruned.length === 0
      ? []
      : [`The search stopped ${pruned.length} trials early: they have no row.`]),
    `Run: ${runFolder} (${formatSeconds(seconds)})`,
    ...modelLines(models),
    ...failures.map(({ task, message }) => `FAILED ${task}: ${message}`),
    ...(trackingProblem === undefined
      ? []
      : [`Not all is on the tracking server: ${trackingProblem}`]),
    ...(models.length === 0 ? [] : ['Ask the best of them: npx omnict serve latest']),
    ...(unfinished === undefined ? [] : goOnText(command)),
    ...(page === undefined ? [] : [`Report: ${page}`]),
  ].join('\n');
}

function modelLines(models: SweepReport['models']): string[] {
  if (models.length > MOST_MODELS) return [`Models: ${models.length}; their folders: --json`];
  return models.map(({ trial, folder }) => `Model of ${trialTitle(trial)}: ${folder}`);
}

/** Says how an unfinished run goes on. @param command line, where it is known */
export function goOnText(command: string | undefined): string[] {
  const words = 'Go on: the same command; what is done is not done again';
  return command === undefined
    ? wrapWords(
        `${words}, and stages that were stopped go on from their checkpoints.`,
        TERMINAL_WIDTH,
      )
    : [`${words}:`, `  ${command}`];
}
