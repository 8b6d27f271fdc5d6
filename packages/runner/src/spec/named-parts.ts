import { createMetrics, isMetricName, METRIC_NAMES } from '@omnict/eval';
import { organStrategyNames } from '@omnict/ose';
import { componentMetrics } from '../stage/components';
import { suggest } from './nearest';

/** Says what is wrong with a name at a config path; undefined when nothing is. */
type NameCheck = (name: string) => string | undefined;

/** Config paths whose values are names in a registry: known only once components are loaded. */
const CHECKS: Readonly<Record<string, NameCheck>> = {
  'model.ose.strategy': (name) => unknownName(name, organStrategyNames()),
  'score.metrics': metricProblem,
};

/** Paths of {@link namedPartProblems}. */
export const NAMED_PART_PATHS = Object.keys(CHECKS);

/** What is wrong with names at a config path; nothing for paths without a registry. */
export function namedPartProblems(path: string, value: unknown): string[] {
  const check = CHECKS[path];
  if (check === undefined) return [];
  return (Array.isArray(value) ? value : [value])
    .filter((name): name is string => typeof name === 'string')
    .flatMap((name) => check(name) ?? []);
}

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

function unknownName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  return `expected one of ${names.join(', ')}, got ${JSON.stringify(name)}; ${suggest(name, names)}`;
}
