import { withoutFileNames } from '@omnict/core';
import { join } from 'node:path';
import { scoreMetrics } from '../stages/score';
import type { TrialResult } from '../sweep';
import { axisParams, configParams } from './config-params';
import { OnceJournal } from './once-journal';
import { scoreFigures, seedFigures } from './score-figures';
import type { SweepSummary } from './sweep-summary';

/** Where the runs of settings stand. */
interface SettingPlace {
  root: string;
  experiment: string;
  parentRunKey: string;
  summary: SweepSummary;
  /** Told of each run's folder. */
  onFolder: (folder: string) => void;
}

/** Records a run for each setting that more than one seed finished: mean, deviation and number of them. */
export function recordSettings(
  results: readonly TrialResult[],
  { root, experiment, parentRunKey, summary, onFolder }: SettingPlace,
): void {
  const byRow = new Map<string, TrialResult[]>();
  for (const result of results) {
    byRow.set(result.trial.row, [...(byRow.get(result.trial.row) ?? []), result]);
  }
  for (const [index, [row, members]] of [...byRow].entries()) {
    const scored = members.flatMap(({ trial, model }) =>
      model === undefined ? [] : [scoreFigures(model, scoreMetrics(trial.config.score))],
    );
    const [first] = members;
    if (scored.length < 2 || first === undefined) continue;
    const folder = join(root, `setting-${String(index).padStart(4, '0')}`);
    const name = `${withoutFileNames(row)} (all seeds)`;
    const runKey = `${parentRunKey}/setting/${withoutFileNames(row)}`;
    const journal = new OnceJournal(folder, { experiment, runKey, name, parentRunKey });
    const { axes, config } = first.trial;
    journal.journal.logParams({ ...axisParams(axes), ...configParams(config) });
    journal.setTags({ ...axisParams(axes), 'omnict.kind': 'setting', 'omnict.row': row });
    journal.logFigures({ ...seedFigures(scored), ...summary.rows?.[row] });
    journal.setTags({ 'omnict.seeds': members.map(({ trial }) => trial.seed).join(', ') });
    journal.end('FINISHED', Date.now());
    onFolder(folder);
  }
}
