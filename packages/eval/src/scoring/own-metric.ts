import { ConfigError } from '@omnict/core';
import { meanMetric, type Metric } from './metric';
import type { PredictionRow } from './prediction-row';

/**
 * A user's metric: a function that gives each sample a number in [0, 1], or null where it does not apply,
 * and whose mean is the figure; or a whole {@link Metric}, for figures that are no mean.
 */
export type OwnMetric = ((row: PredictionRow) => number | null) | Omit<Metric, 'name'>;

/** Makes a metric of what a user registered. @throws ConfigError, on scoring, for what is no number */
export function ownMetric(name: string, own: OwnMetric): Metric {
  if (typeof own !== 'function') return { ...own, name };
  return meanMetric({ name, variant: `'${name}' of a component` }, (row) => {
    const value: unknown = own(row);
    if (value === null) return null;
    if (typeof value === 'number' && Number.isFinite(value)) return [value];
    throw new ConfigError(
      `metric '${name}': gave ${typeof value === 'number' ? value : typeof value} for sample '${row.id}'; expected a finite number, or null where it does not apply; correct the metric`,
    );
  });
}
