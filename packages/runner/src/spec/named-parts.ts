import { organStrategyNames } from '@omnict/ose';
import { componentMetricNames } from '../stage/components';
import { suggest } from './nearest';

/** Config paths whose values are names in a registry: known only once components are loaded. */
const REGISTRIES: Readonly<Record<string, () => string[]>> = {
  'model.ose.strategy': organStrategyNames,
  'score.componentMetrics': componentMetricNames,
};

/** Paths of {@link namedPartProblems}. */
export const NAMED_PART_PATHS = Object.keys(REGISTRIES);

/** What is wrong with names at a config path; nothing for paths without a registry. */
export function namedPartProblems(path: string, value: unknown): string[] {
  const names = REGISTRIES[path]?.();
  if (names === undefined) return [];
  return (Array.isArray(value) ? value : [value])
    .filter((name): name is string => typeof name === 'string' && !names.includes(name))
    .map(
      (name) =>
        `expected one of ${names.join(', ') || 'none: no component registers any'}, got ${JSON.stringify(name)}; ${suggest(name, names)}`,
    );
}
