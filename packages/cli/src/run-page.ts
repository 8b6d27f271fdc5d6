import { type PageRun, rowTitle } from '@omnict/report';
import {
  readCases,
  readCurves,
  type RecordedTrial,
  runOrigin,
  type RunRecord,
} from '@omnict/runner';
import type { SweepReport } from './sweep-report';
import { tokenMap } from './token-map';
import { variedAxes } from './varied-axes';

/** Page of a run, in the run's folder. */
export const REPORT_PAGE = 'report.html';

/**
 * Puts a recorded run and its figures into the form that a page is made of.
 */
export async function runPage(
  record: RunRecord,
  report: SweepReport,
  { tokens: mostTokens }: { tokens?: number } = {},
): Promise<PageRun> {
  const { id, spec, trials } = record;
  const { question } = (spec['report'] ?? {}) as { question?: string };
  const titles = trialTitles(trials);
  const titleOf = new Map(trials.map(({ trial }, index) => [trial, titles[index] ?? trial]));
  const curves = await readCurves(record);
  const cases = await readCases(record);
  // A page without this one figure is better than none; what failed stands on it.
  const problems: PageRun['failures'][number][] = [];
  const map = await tokenMap(record, mostTokens).catch((error: unknown) => {
    problems.push({ task: 'map of tokens', message: (error as Error).message });
    return undefined;
  });
  const { table, skills, forest, groups, tokens, cost, failures, unfinished } = report;
  return {
    id,
    table,
    cost,
    failures: [...failures, ...problems],
    ...(unfinished !== undefined && { unfinished }),
    ...(question !== undefined && { question }),
    varied: variedAxes(trials),
    ...(skills !== undefined && { skills }),
    ...(forest !== undefined && { forest }),
    ...(groups !== undefined && { groups }),
    ...(tokens !== undefined && { tokens }),
    ...(map !== undefined && { tokenMap: { ...map, trial: titleOf.get(map.trial) ?? map.trial } }),
    curves: curves.map((curve) => ({
      ...curve,
      trials: curve.trials.map((trial) => titleOf.get(trial) ?? trial),
    })),
    ...(cases !== null && { cases: { ...cases, trials: titles } }),
    origin: await runOrigin(record),
  };
}

/** Short names of trials; the seed stands in them where there are several. */
function trialTitles(trials: readonly RecordedTrial[]): string[] {
  const isSeeded = new Set(trials.map(({ seed }) => seed)).size > 1;
  return trials.map(({ row, axes, seed }) => {
    const title = rowTitle({ name: row, axes });
    return isSeeded ? `${title}, seed ${seed}` : title;
  });
}
