import {
  canonicalJson,
  type CanonicalTexts,
  ConfigError,
  Random,
  schemaCheck,
  type SchemaCheck,
} from '@omnict/core';
import type { TSchema } from '@sinclair/typebox';
import { getAtKeys, type PlainObject, withKeysSet } from './paths';
import { drawSearch } from '../search/ranges';
import { startupDraws } from '../search/search-schema';
import { readYaml } from './read-yaml';
import type { ProblemPlace } from './schema-problems';
import type { SpecSource } from './spec-source';
import { keysOfValue } from './switches';
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

/**
 * The trials of a sweep, in a fixed order: matrix times zips (or one factor at a time), less excluded
 * ones, sampled, plus included ones, each with every seed, equal ones once.
 *
 * @param schema of a trial's config @param source where the spec was written, for messages
 * @throws ConfigError when a value does not fit, trials are none, too many or of one name, or the
 *   baseline is none of them
 */
export function expandSweep<Config>(
  spec: SweepSpec<Config>,
  schema: TSchema,
  source?: Pick<SpecSource, 'locate'>,
): Trial<Config>[] {
  const trials = trialsOf(spec, schema);
  const problems = sweepProblems(spec, trials, source);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return trials;
}

/**
 * As {@link expandSweep}, however many trials and whatever their names.
 *
 * @param schema of a trial's config; absent when mistakes in it are known already @param draws of the
 *   spec's search, as far as they are known; default: those that nothing is learnt for
 * @throws ConfigError when a value does not fit
 */
export function trialsOf<Config>(
  spec: SweepSpec<Config>,
  schema?: TSchema,
  draws?: readonly PlainObject[],
): Trial<Config>[] {
  const { sweep } = spec;
  const config = structuredClone(spec.config);
  const texts: CanonicalTexts = new WeakMap();
  const isBaseline = ({ axes }: Row): boolean =>
    sweep.baseline === undefined
      ? sweep.mode === 'ofat' && Object.keys(axes).length === 0
      : matches(axes, config, sweep.baseline);
  const single = sweep.include.map(({ name, set }) => ({ row: name, axes: set }));
  const combined = [
    ...sampled(
      combinations(spec, draws).filter(
        ({ axes }) => !sweep.exclude.some((pattern) => matches(axes, config, pattern)),
      ),
      { sample: sweep.sample, isKept: isBaseline },
    ),
  ];
  // Later draws come last: records of trials go by their place.
  const rows = isGrowing(spec) ? [...single, ...combined] : [...combined, ...single];
  const validate =
    schema === undefined ? isAny<Config> : schemaCheck<Config>(schema, { fillDefaults: true });
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
  return [...distinct.values()];
}

/** What only the trials together show, each as `file:line:column: path: problem`. */
export function sweepProblems(
  spec: SweepSpec,
  trials: readonly Trial[],
  source?: Pick<SpecSource, 'locate'>,
): string[] {
  return problemPlaces(spec, trials).map(
    ({ keys, problem }) =>
      `${source === undefined ? '' : `${source.locate(keys)}: `}${keys.join('.')}: ${problem}`,
  );
}

function problemPlaces({ sweep }: SweepSpec, trials: readonly Trial[]): ProblemPlace[] {
  const problems: ProblemPlace[] = [];
  if (trials.length === 0) {
    const problem = 'leaves no trial; remove a pattern, or add a trial to sweep.include';
    return [{ keys: ['sweep', 'exclude'], problem }];
  }
  const count = trialsToCome(sweep, trials.length);
  if (count > sweep.maxTrials) {
    const problem = `expected at most ${sweep.maxTrials} trials, got ${count}; raise sweep.maxTrials or cut an axis`;
    problems.push({ keys: ['sweep', 'maxTrials'], problem });
  }
  if (sweep.baseline !== undefined && !trials.some(({ isBaseline }) => isBaseline)) {
    const problem = `no trial has these values, so nothing would be compared; correct them, add the trial, or remove the baseline (~sweep.baseline)`;
    problems.push({ keys: ['sweep', 'baseline'], problem });
  }
  const rows = new Map<string, Trial>();
  for (const trial of trials) {
    const { row, axes } = trial;
    const other = rows.get(row) ?? trial;
    rows.set(row, other);
    if (canonicalJson(other.axes) === canonicalJson(axes)) continue;
    const index = sweep.include.findIndex(({ name }) => name === row);
    const keys = index < 0 ? ['sweep'] : ['sweep', 'include', String(index), 'name'];
    problems.push({ keys, problem: `two trials would be named '${row}'; choose another name` });
  }
  return problems;
}

/** Trials once a search has made all of its draws. */
function trialsToCome({ search }: SweepSpec['sweep'], known: number): number {
  if (search === undefined) return known;
  const rest = search.trials - startupDraws(search);
  return rest === 0
    ? known
    : Math.max(known, Math.ceil((known * search.trials) / (search.trials - rest)));
}

/** Whether trials are added while the sweep runs. */
function isGrowing({ sweep }: SweepSpec): boolean {
  return sweep.search?.method === 'tpe';
}

/** Rows of matrix and zips, by the mode of the sweep. */
function combinations(spec: SweepSpec, draws?: readonly PlainObject[]): Row[] {
  const { sweep } = spec;
  const { search } = sweep;
  const drawn =
    search === undefined ? [] : [draws ?? drawSearch({ ...search, trials: startupDraws(search) })];
  const groups = [
    ...(isGrowing(spec) ? drawn : []),
    ...Object.entries(sweep.matrix).map(([path, values]) =>
      values.map((value): PlainObject => ({ [path]: value })),
    ),
    ...Object.values(sweep.zip).map(zipped),
    ...(isGrowing(spec) ? [] : drawn),
  ];
  const unchanged: PlainObject[] = [{}];
  const all =
    sweep.mode === 'ofat'
      ? [...unchanged, ...groups.flat()]
      : groups.reduce(
          (rows, group) => rows.flatMap((row) => group.map((values) => ({ ...row, ...values }))),
          unchanged,
        );
  const shortNames = shortPaths([...new Set(all.flatMap((axes) => Object.keys(axes)))]);
  return all.map((axes) => ({ row: rowName(axes, shortNames) ?? UNCHANGED_ROW[sweep.mode], axes }));
}

/** The last two keys of each path, or as many as tell it from the others. */
function shortPaths(paths: readonly string[]): ReadonlyMap<string, string> {
  const tail = (path: string, count: number): string => path.split('.').slice(-count).join('.');
  return new Map(
    paths.map((path) => {
      let count = 2;
      const isShared = (): boolean =>
        paths.some((other) => other !== path && tail(other, count) === tail(path, count));
      while (count < path.split('.').length && isShared()) count++;
      return [path, tail(path, count)];
    }),
  );
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
      canonicalJson(
        path in axes ? axes[path] : getAtKeys(config, keysOfValue(config, path.split('.'), value)),
      ) === canonicalJson(value),
  );
}

/** A config with some values changed; what stays as it is is shared with the given one. */
function applyAxes<Config>(
  config: Config,
  { row, axes }: Row,
  validate: SchemaCheck<Config>,
): Config {
  const changed = Object.entries(axes).reduce<PlainObject>(
    (current, [path, value]) =>
      withKeysSet(current, keysOfValue(current, path.split('.'), value), structuredClone(value)),
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

/** @returns undefined when nothing varies */
function rowName(axes: PlainObject, names: ReadonlyMap<string, string>): string | undefined {
  const parts = Object.entries(axes).map(
    ([path, value]) => `${names.get(path) ?? path}=${valueText(value)}`,
  );
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** A text as it is, unless that would look like another value. */
function valueText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain =
    value !== '' && typeof readYaml(value).value === 'string' && !/[\s="]/.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function isAny<Config>(value: unknown): value is Config {
  return value !== undefined;
}
