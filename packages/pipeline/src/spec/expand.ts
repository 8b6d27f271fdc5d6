import { canonicalJson, type CanonicalTexts, ConfigError, Random } from '@omnict/core';
import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ValidateFunction } from 'ajv';
import { getAt, type PlainObject, withValueAt } from './paths';
import type { SpecSource } from './spec-source';
import type { SweepSpec } from './sweep-schema';

/** One trial of a sweep. */
export interface Trial<Config = unknown> {
  /** Readable and unique: axis values, or the name of an included trial, and the seed. */
  name: string;
  /** Name without the seed: trials of one row of the table. */
  row: string;
  /** Values of the varied paths. */
  axes: Readonly<Record<string, unknown>>;
  seed: number;
  /** Trials that differ in nothing but the seed share one object. */
  config: Config;
  isBaseline: boolean;
}

/** A row of the table before seeds. */
interface Row {
  row: string;
  axes: PlainObject;
}

/** Name of the row that changes nothing. */
const UNCHANGED_ROW = { grid: 'trial', ofat: 'base' } as const;

const ajv = new Ajv({ allErrors: true, useDefaults: true });
const validators = new WeakMap<TSchema, ValidateFunction>();

/**
 * The trials of a sweep, in a fixed order: matrix times zips (or one factor at a time), less excluded
 * ones, sampled, plus included ones, each with every seed, equal ones once.
 *
 * @param schema of a trial's config @param source where the spec was written, for messages
 * @throws ConfigError when a value does not fit or trials are too many
 */
export function expandSweep<Config>(
  spec: SweepSpec<Config>,
  schema: TSchema,
  source?: Pick<SpecSource, 'locate'>,
): Trial<Config>[] {
  const { sweep } = spec;
  const config = structuredClone(spec.config);
  const texts: CanonicalTexts = new WeakMap();
  const isBaseline = ({ axes }: Row): boolean =>
    sweep.baseline === undefined
      ? sweep.mode === 'ofat' && Object.keys(axes).length === 0
      : matches(axes, config, sweep.baseline);
  const rows = [
    ...sampled(
      combinations(spec).filter(
        ({ axes }) => !sweep.exclude.some((pattern) => matches(axes, config, pattern)),
      ),
      { sample: sweep.sample, isKept: isBaseline },
    ),
    ...sweep.include.map(({ name, set }) => ({ row: name, axes: set })),
  ];
  const validate = validatorOf<Config>(schema);
  const distinct = new Map<string, Trial<Config>>();
  for (const { row, axes } of rows) {
    const trialConfig = applyAxes(config, { row, axes }, validate);
    const key = canonicalJson(trialConfig, texts);
    for (const seed of new Set(sweep.seeds)) {
      const id = `${seed}/${key}`;
      if (distinct.has(id)) continue;
      distinct.set(id, {
        name: `${row} seed=${seed}`,
        row,
        axes,
        seed,
        config: trialConfig,
        isBaseline: isBaseline({ row, axes }),
      });
    }
  }
  if (distinct.size > sweep.max_trials) {
    const keys = ['sweep', 'max_trials'];
    throw new ConfigError(
      `${source === undefined ? '' : `${source.locate(keys)}: `}${keys.join('.')}: expected at most ${sweep.max_trials} trials, got ${distinct.size}; raise sweep.max_trials or cut an axis`,
    );
  }
  return [...distinct.values()];
}

/** Rows of matrix and zips, by the mode of the sweep. */
function combinations({ sweep }: SweepSpec): Row[] {
  const groups = [
    ...Object.entries(sweep.matrix).map(([path, values]) =>
      values.map((value): PlainObject => ({ [path]: value })),
    ),
    ...Object.values(sweep.zip).map(zipped),
  ];
  const unchanged: PlainObject[] = [{}];
  const all =
    sweep.mode === 'ofat'
      ? [...unchanged, ...groups.flat()]
      : groups.reduce(
          (rows, group) => rows.flatMap((row) => group.map((values) => ({ ...row, ...values }))),
          unchanged,
        );
  return all.map((axes) => ({ row: rowName(axes, UNCHANGED_ROW[sweep.mode]), axes }));
}

function zipped(axes: Record<string, unknown[]>): PlainObject[] {
  const [first = []] = Object.values(axes);
  return first.map((_, index) =>
    Object.fromEntries(Object.entries(axes).map(([path, values]) => [path, values[index]])),
  );
}

/** A random part of the rows, in their order. */
function sampled(
  rows: readonly Row[],
  { sample, isKept }: { sample: SweepSpec['sweep']['sample']; isKept: (row: Row) => boolean },
): readonly Row[] {
  if (sample === undefined) return rows;
  const drawn = new Random(`sweep-sample/${sample.seed}`).shuffle([...rows]).slice(0, sample.count);
  const chosen = new Set(drawn);
  return rows.filter((row) => chosen.has(row) || isKept(row));
}

/** True when the trial with these axes has all values of the pattern. */
function matches(axes: PlainObject, config: unknown, pattern: PlainObject): boolean {
  return Object.entries(pattern).every(
    ([path, value]) =>
      canonicalJson(path in axes ? axes[path] : getAt(config, path)) === canonicalJson(value),
  );
}

/** A config with some values changed; what stays as it is is shared with the given one. */
function applyAxes<Config>(
  config: Config,
  { row, axes }: Row,
  validate: ValidateFunction<Config>,
): Config {
  const changed = Object.entries(axes).reduce<PlainObject>(
    (current, [path, value]) => withValueAt(current, path, structuredClone(value)),
    { ...config } as PlainObject,
  );
  if (validate(changed)) return changed;
  const problems = (validate.errors ?? []).map(
    ({ instancePath, message }) =>
      `${instancePath.slice(1).replaceAll('/', '.')}: ${message ?? 'does not fit'}`,
  );
  throw new ConfigError(
    `sweep: trial '${row}' has no valid config: ${problems.join('; ')}; correct its axis values`,
  );
}

function rowName(axes: PlainObject, unchanged: string): string {
  const parts = Object.entries(axes).map(
    ([path, value]) =>
      `${path.split('.').slice(-2).join('.')}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return parts.length === 0 ? unchanged : parts.join(' ');
}

function validatorOf<Config>(schema: TSchema): ValidateFunction<Config> {
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  return validate as ValidateFunction<Config>;
}
