import { schemaCheck } from '@omnict/core';
import type { TSchema } from '@sinclair/typebox';
import type { Pipeline } from '../pipeline';
import { suggest } from './nearest';
import { namedPartProblems } from './named-parts';
import { isPlainObject, schemaAt, schemaPaths } from './paths';
import { rangeProblem } from '../search/ranges';
import { searchProblem } from '../search/search-schema';
import { schemaProblems } from './schema-problems';
import type { SpecSource } from './spec-source';
import { isSwitchable } from './switches';

/** Values that a sweep gives to one config path, and where they are written. */
interface Axis {
  path: string;
  keys: readonly string[];
  /** One value, or the list of values of an axis. */
  values: readonly { value: unknown; keys: readonly string[] }[];
}

/** What axes are checked by. */
type Checks = Pick<Pipeline, 'config' | 'names'>;

/**
 * What is wrong with the axes of a sweep: paths that no trial has, values that do not fit there, zips
 * of unequal length, axes that set one key, included trials of one name. To the schema of specs they
 * are any text and any value.
 */
export function axisProblems(source: SpecSource, { config, names }: Checks): string[] {
  const known = schemaPaths(config);
  const sweep = isPlainObject(source.value['sweep']) ? source.value['sweep'] : {};
  const problems = axesOf(sweep).flatMap(({ path, keys, values }) => {
    const schema = schemaAt(config, path);
    return schema === undefined
      ? [`${source.locate(keys)}: ${keys.join('.')}: no such config path; ${suggest(path, known)}`]
      : values.flatMap((place) => [
          ...valueProblems(schema, place, source),
          ...nameProblems({ path, names }, place, source),
        ]);
  });
  return [
    ...problems,
    ...zipProblems(sweep, source),
    ...overlapProblems(sweep, source),
    ...includeProblems(sweep, source),
    ...searchProblems(sweep, source),
  ];
}

/** Axes whose values are combined or move together. */
function variedAxes(sweep: Record<string, unknown>): Axis[] {
  const lists = (value: unknown, keys: readonly string[]): Axis[] =>
    entriesOf(value).map(([path, values]) => ({
      path,
      keys: [...keys, path],
      values: listOf(values).map((item, index) => ({
        value: item,
        keys: [...keys, path, String(index)],
      })),
    }));
  return [
    ...lists(sweep['matrix'], ['sweep', 'matrix']),
    ...entriesOf(sweep['zip']).flatMap(([name, group]) => lists(group, ['sweep', 'zip', name])),
    ...searchedAxes(sweep),
  ];
}

/** Paths of a search: what fits at both bounds of a range is taken to fit between them. */
function searchedAxes(sweep: Record<string, unknown>): Axis[] {
  const search = isPlainObject(sweep['search']) ? sweep['search'] : {};
  return entriesOf(search['space']).map(([path, range]) => {
    const keys = ['sweep', 'search', 'space', path];
    const values = entriesOf(range).flatMap(([kind, items]) =>
      listOf(items).map((value, index) => ({ value, keys: [...keys, kind, String(index)] })),
    );
    return { path, keys, values };
  });
}

function searchProblems(sweep: Record<string, unknown>, { locate }: SpecSource): string[] {
  const search = isPlainObject(sweep['search']) ? sweep['search'] : {};
  const ranges = entriesOf(search['space']).flatMap(([path, range]) => {
    const problem = isPlainObject(range) ? rangeProblem(range) : undefined;
    return problem === undefined ? [] : [{ keys: ['space', path], problem }];
  });
  const own = searchProblem(search).map(({ key, problem }) => ({ keys: [key], problem }));
  return [...ranges, ...own].map(({ keys: inner, problem }) => {
    const keys = ['sweep', 'search', ...inner];
    return `${locate(keys)}: ${keys.join('.')}: ${problem}`;
  });
}

function axesOf(sweep: Record<string, unknown>): Axis[] {
  const single = (value: unknown, keys: readonly string[]): Axis[] =>
    entriesOf(value).map(([path, item]) => ({
      path,
      keys: [...keys, path],
      values: [{ value: item, keys: [...keys, path] }],
    }));
  return [
    ...variedAxes(sweep),
    ...single(sweep['baseline'], ['sweep', 'baseline']),
    ...listOf(sweep['exclude']).flatMap((item, index) =>
      single(item, ['sweep', 'exclude', String(index)]),
    ),
    ...listOf(sweep['include']).flatMap((item, index) =>
      single(isPlainObject(item) ? item['set'] : undefined, [
        'sweep',
        'include',
        String(index),
        'set',
      ]),
    ),
  ];
}

function valueProblems(
  schema: TSchema,
  { value, keys }: Axis['values'][number],
  source: SpecSource,
): string[] {
  const validate = schemaCheck(schema);
  if (validate(value) || (typeof value === 'boolean' && isSwitchable(schema))) return [];
  return schemaProblems(validate.errors, source, keys);
}

function nameProblems(
  { path, names }: { path: string; names: Checks['names'] },
  { value, keys }: Axis['values'][number],
  source: SpecSource,
): string[] {
  return namedPartProblems(names, path, value).map(
    (problem) => `${source.locate(keys)}: ${keys.join('.')}: ${problem}`,
  );
}

function zipProblems(sweep: Record<string, unknown>, { locate }: SpecSource): string[] {
  return entriesOf(sweep['zip']).flatMap(([name, group]) => {
    const lengths = entriesOf(group).map(([, values]) => listOf(values).length);
    const keys = ['sweep', 'zip', name];
    if (lengths.length === 0) {
      return [`${locate(keys)}: ${keys.join('.')}: has no axes; add some, or remove the group`];
    }
    if (new Set(lengths).size <= 1) return [];
    return [
      `${locate(keys)}: ${keys.join('.')}: axes move together and need equal lengths; got ${lengths.join(', ')}; complete the shorter ones`,
    ];
  });
}

/** Of two axes that set one key, or a part of what the other sets, only one would count. */
function overlapProblems(sweep: Record<string, unknown>, { locate }: SpecSource): string[] {
  if (sweep['mode'] === 'ofat') return []; // one at a time
  const axes = variedAxes(sweep);
  return axes.flatMap(({ path, keys }, index) => {
    const other = axes.slice(0, index).find((earlier) => isWithin(earlier.path, path));
    if (other === undefined) return [];
    const place = `${other.keys.join('.')} (${locate(other.keys)})`;
    return [`${locate(keys)}: ${keys.join('.')}: sets what ${place} sets; remove one of them`];
  });
}

function isWithin(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** Results are kept by name. */
function includeProblems(sweep: Record<string, unknown>, { locate }: SpecSource): string[] {
  const names = listOf(sweep['include']).map((item) =>
    isPlainObject(item) ? item['name'] : undefined,
  );
  return names.flatMap((name, index) => {
    if (typeof name !== 'string' || names.indexOf(name) === index) return [];
    const keys = ['sweep', 'include', String(index), 'name'];
    return [`${locate(keys)}: ${keys.join('.')}: '${name}' is used above; choose another name`];
  });
}

function entriesOf(value: unknown): [string, unknown][] {
  return isPlainObject(value) ? Object.entries(value) : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
