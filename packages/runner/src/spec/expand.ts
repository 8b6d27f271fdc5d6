import { ConfigError } from '@omnict/nn';
import { Ajv } from 'ajv';
import { canonicalJson } from '../canonical-json';
import { getAt, type PlainObject, withValueAt } from './paths';
import type { SweepSpec } from './sweep-schema';
import { type TrialConfig, TrialConfigSchema } from './trial-config';

/** One trial of a sweep. */
export interface Trial {
  /** Readable and unique: axis values, or the name of an included trial, and the seed. */
  name: string;
  /** Name without the seed: trials of one row of the table. */
  row: string;
  /** Values of the varied paths. */
  axes: Readonly<Record<string, unknown>>;
  seed: number;
  config: TrialConfig;
  isBaseline: boolean;
}

const validateConfig = new Ajv({ allErrors: true, useDefaults: true }).compile<TrialConfig>(
  TrialConfigSchema,
);

/**
 * The trials of a sweep, in a fixed order: matrix times zips, less excluded ones, plus included
 * ones, each with every seed.
 *
 * @throws ConfigError when an axis value does not fit, zips differ in length, or trials are too many
 */
export function expandSweep({ config, sweep }: SweepSpec): Trial[] {
  const groups = [
    ...Object.entries(sweep.matrix).map(([path, values]) =>
      values.map((value) => ({ [path]: value })),
    ),
    ...Object.entries(sweep.zip).map(([name, axes]) => zipped(name, axes)),
  ];
  const combinations = groups.reduce<PlainObject[]>(
    (rows, group) => rows.flatMap((row) => group.map((values) => ({ ...row, ...values }))),
    [{}],
  );
  const kept = combinations.filter(
    (axes) => !sweep.exclude.some((pattern) => matches(axes, config, pattern)),
  );
  const rows = [
    ...kept.map((axes) => ({ row: rowName(axes), axes })),
    ...sweep.include.map(({ name, set }) => ({ row: name, axes: set })),
  ];
  const trials = rows.flatMap(({ row, axes }) => {
    const trialConfig = applyAxes(config, axes, row);
    const isBaseline = sweep.baseline !== undefined && matches(axes, config, sweep.baseline);
    return sweep.seeds.map((seed): Trial => ({
      name: `${row} seed=${seed}`,
      row,
      axes,
      seed,
      config: trialConfig,
      isBaseline,
    }));
  });
  const distinct = [
    ...new Map(trials.map((trial) => [canonicalJson([trial.config, trial.seed]), trial])).values(),
  ];
  if (distinct.length > sweep.max_trials) {
    throw new ConfigError(
      `sweep: ${distinct.length} trials are more than max_trials; expected at most ${sweep.max_trials}; raise sweep.max_trials or cut an axis`,
    );
  }
  return distinct;
}

function zipped(name: string, axes: Record<string, unknown[]>): PlainObject[] {
  const lengths = Object.values(axes).map((values) => values.length);
  const [length = 0] = lengths;
  if (lengths.some((other) => other !== length)) {
    throw new ConfigError(
      `sweep.zip.${name}: axes move together and need equal lengths; got ${lengths.join(', ')}; complete the shorter ones`,
    );
  }
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(Object.entries(axes).map(([path, values]) => [path, values[index]])),
  );
}

/** True when the trial with these axes has all values of the pattern. */
function matches(axes: PlainObject, config: TrialConfig, pattern: PlainObject): boolean {
  return Object.entries(pattern).every(
    ([path, value]) =>
      canonicalJson(path in axes ? axes[path] : getAt(config, path)) === canonicalJson(value),
  );
}

function applyAxes(config: TrialConfig, axes: PlainObject, row: string): TrialConfig {
  const changed = Object.entries(axes).reduce<PlainObject>(
    (current, [path, value]) => withValueAt(current, path, value),
    structuredClone(config) as PlainObject,
  );
  if (validateConfig(changed)) return changed;
  const problems = (validateConfig.errors ?? []).map(
    ({ instancePath, message }) =>
      `${instancePath.slice(1).replaceAll('/', '.')}: ${message ?? 'does not fit'}`,
  );
  throw new ConfigError(
    `sweep: trial '${row}' has no valid config: ${problems.join('; ')}; correct its axis values`,
  );
}

function rowName(axes: PlainObject): string {
  const parts = Object.entries(axes).map(
    ([path, value]) =>
      `${path.split('.').slice(-2).join('.')}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return parts.length === 0 ? 'trial' : parts.join(' ');
}
