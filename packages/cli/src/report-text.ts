import {
  formatSeconds,
  renderAblationTable,
  renderSkillsTable,
  renderSweepCost,
} from '@omnict/report';
import type { SweepReport } from './sweep-report';

/** Writes all that a finished sweep tells, for the terminal. @param page file of the report */
export function reportText(report: SweepReport, page: string | undefined): string {
  const { table, skills, cost, runFolder, models, failures, seconds, trackingProblem } = report;
  const { pruned = [] } = report;
  return [
    renderAblationTable(table),
    ...(skills === undefined ? [] : [renderSkillsTable(skills)]),
    renderSweepCost(cost),
    ...(pruned.length === 0
      ? []
      : [`The search stopped ${pruned.length} trials early: they have no row.`]),
    `Run: ${runFolder} (${formatSeconds(seconds)})`,
    ...models.map(({ trial, folder }) => `Model of ${trial}: ${folder}`),
    ...failures.map(({ task, message }) => `FAILED ${task}: ${message}`),
    ...(trackingProblem === undefined
      ? []
      : [`Not all is on the tracking server: ${trackingProblem}`]),
    ...(models.length === 0 ? [] : ['Ask the best of them: npx omnict serve latest']),
    ...(page === undefined ? [] : [`Report: ${page}`]),
  ].join('\n');
}
