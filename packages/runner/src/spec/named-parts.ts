import { createMetrics, isMetricName, METRIC_NAMES } from '@omnict/eval';
import { organStrategyNames } from '@omnict/ose';
import { type NameCheck, unknownName } from '@omnict/pipeline';
import { componentMetrics } from '../components';

/** Config paths whose values are names in a registry: known only once components are loaded. */
export const NAMED_PARTS: Readonly<Record<string, NameCheck>> = {
  'model.ose.strategy': (name) => unknownName(name, organStrategyNames()),
  'score.metrics': metricProblem,
};

/** A metric must be known, and must not lack what it needs: that would show after training only. */
function metricProblem(name: string): string | undefined {
  const own = componentMetrics();
  if (!isMetricName(name, own)) return unknownName(name, [...METRIC_NAMES, ...own.keys()]);
  try {
    createMetrics([name], { own });
    return undefined;
  } catch (error) {
    return `expected a metric that can be computed here, got ${JSON.stringify(name)}: ${(error as Error).message}`;
  }
}
