import type { GroupReport, NamedMetric, ScoredSet } from '@omnict/eval';
import { figureKey } from '../stages/score';

/**
 * Names a trial's figures with the ends of their intervals, as trackers take them:
 * `score/closed_accuracy.volume`, `score/closed_accuracy.volume.low`. Overall ones have no modality.
 */
export function scoreFigures(
  { figures }: ScoredSet,
  metrics: readonly NamedMetric[],
): Record<string, number> {
  const result: Record<string, number> = {};
  const add = (report: GroupReport, suffix: string): void => {
    for (const { asked, title } of metrics) {
      const entry = report.metrics[asked];
      if (entry === null || entry === undefined) continue;
      const key = `score/${figureKey(title)}${suffix}`;
      result[key] = entry.value;
      if (entry.interval === undefined) continue;
      result[`${key}.low`] = entry.interval.low;
      result[`${key}.high`] = entry.interval.high;
    }
  };
  add(figures, '');
  for (const [modality, report] of Object.entries(figures.groups['modality'] ?? {})) {
    add(report, `.${modality}`);
  }
  return result;
}

/** Mean, standard deviation (n - 1) and number of each figure over trials that differ in the seed. */
export function seedFigures(
  trials: readonly Readonly<Record<string, number>>[],
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const key of Object.keys(trials[0] ?? {})) {
    if (/\.(low|high)$/.test(key)) continue; // an interval over questions says nothing of seeds
    const values = trials.flatMap((figures) => figures[key] ?? []);
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    result[`${key}.mean`] = centre;
    result[`${key}.n`] = values.length;
    if (values.length < 2) continue;
    const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    result[`${key}.deviation`] = Math.sqrt(squares / (values.length - 1));
  }
  return result;
}
