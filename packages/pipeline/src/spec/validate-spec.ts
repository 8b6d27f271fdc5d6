import { ConfigError, schemaCheck, type SchemaError } from '@omnict/core';
import type { Pipeline } from '../pipeline';
import { axisProblems } from './axis-problems';
import { suggest } from './nearest';
import { namedPartProblems } from './named-parts';
import { getAtKeys, isPlainObject } from './paths';
import type { Profile } from './profile-schema';
import { type ProblemPlace, schemaProblems, withFurtherProblems } from './schema-problems';
import { readSpecSource, type SpecSource } from './spec-source';
import type { SweepSpec } from './sweep-schema';

/** What a spec is checked by. */
export type SpecChecks<Spec extends SweepSpec> = Pick<Pipeline<Spec>, 'spec' | 'config' | 'names'>;

/** What a spec may refer to beside itself. */
export interface SpecSurroundings {
  /** Profiles of the project's config. */
  profiles?: Readonly<Record<string, Profile>>;
  /** Names of stages, those of components included; default: not checked. */
  stages?: readonly { name: string; shardable?: boolean }[];
  /** Modules that may be loaded: absolute paths that command line or project's config list. */
  allowedComponents?: readonly string[];
}

/**
 * Checks a spec and fills in defaults.
 *
 * @throws ConfigError with all problems at once, one a line: `file:line:column: path: problem`
 */
export function validateSpec<Spec extends SweepSpec>(
  checks: SpecChecks<Spec>,
  source: SpecSource,
  surroundings: SpecSurroundings = {},
): Spec {
  const { spec, problems } = checkSpec(checks, source, surroundings);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return spec;
}

/**
 * Checks a spec as {@link validateSpec} does, without throwing.
 *
 * @returns the spec with defaults, which is one only when there are no problems; and whether its config has
 *   the form that stages expect
 */
export function checkSpec<Spec extends SweepSpec>(
  checks: SpecChecks<Spec>,
  source: SpecSource,
  surroundings: SpecSurroundings = {},
): { spec: Spec; problems: string[]; isConfigValid: boolean } {
  const validate = schemaCheck<Spec>(checks.spec, { fillDefaults: true });
  const value = structuredClone(source.value) as unknown;
  const problems = [...source.problems];
  const isValid = validate(value);
  problems.push(...schemaProblems(isValid ? [] : validate.errors, source));
  const isConfigValid = validate.errors?.every((error) => !isIn(error, 'config')) ?? true;
  const further = [
    ...axisProblems(source, checks),
    ...referenceProblems(source, checks.names, surroundings),
  ];
  return {
    spec: value as Spec,
    problems: withFurtherProblems(problems, further),
    isConfigValid,
  };
}

/** Whether a finding is about the spec's key, or what is below it. */
function isIn({ instancePath, params }: SchemaError, key: string): boolean {
  const missing = (params as { missingProperty?: string }).missingProperty;
  return `${instancePath}/${missing ?? ''}/`.startsWith(`/${key}/`);
}

/** Reads and checks a spec. @throws ConfigError, MissingDataError */
export function readSweepSpec<Spec extends SweepSpec>(
  checks: SpecChecks<Spec>,
  file: string,
  { overrides = [], ...surroundings }: SpecSurroundings & { overrides?: readonly string[] } = {},
): { spec: Spec; source: SpecSource } {
  const source = readSpecSource(file, overrides, checks.spec);
  return { spec: validateSpec(checks, source, surroundings), source };
}

/** Names that stand for something outside of the schema. */
function referenceProblems(
  source: SpecSource,
  names: Pipeline['names'],
  { profiles = {}, stages, allowedComponents = [] }: SpecSurroundings,
): string[] {
  const { value } = source;
  const own = isPlainObject(value['profiles']) ? value['profiles'] : {};
  const launchers = ['local', ...Object.keys(profiles), ...Object.keys(own)];
  const problems: string[] = [];
  const report = ({ keys, problem }: ProblemPlace): void => {
    problems.push(`${source.locate(keys)}: ${keys.join('.')}: ${problem}`);
  };
  const { launcher, components, policy } = value;
  if (typeof launcher === 'string' && !launchers.includes(launcher)) {
    report({ keys: ['launcher'], problem: `no such profile; ${suggest(launcher, launchers)}` });
  }
  const isRefused = (path: unknown): path is string =>
    typeof path === 'string' && !allowedComponents.includes(path);
  const modules = Array.isArray(components) ? (components as unknown[]) : [];
  // What a module that was not loaded would register is not known.
  for (const path of modules.some(isRefused) ? [] : Object.keys(names)) {
    const keys = ['config', ...path.split('.')];
    for (const problem of namedPartProblems(names, path, getAtKeys(value, keys)))
      report({ keys, problem });
  }
  for (const [index, path] of modules.entries()) {
    if (!isRefused(path)) continue;
    report({
      keys: ['components', String(index)],
      problem: `runs code of ${path}, which nobody allowed; read it, then give --components, or list it in the project's config and allow that`,
    });
  }
  if (stages === undefined) return problems;
  const checkStages = (keys: readonly string[], names: readonly string[], allowed: string[]) => {
    for (const name of names.filter((candidate) => !allowed.includes(candidate))) {
      report({ keys: [...keys, name], problem: `no such stage here; ${suggest(name, allowed)}` });
    }
  };
  const stageNames = stages.map(({ name }) => name);
  const shardable = stages.filter((stage) => stage.shardable === true).map(({ name }) => name);
  if (isPlainObject(policy)) checkStages(['policy', 'shards'], keysOf(policy['shards']), shardable);
  for (const [name, profile] of Object.entries(own)) {
    const resources = isPlainObject(profile) ? profile['resources'] : undefined;
    checkStages(['profiles', name, 'resources'], keysOf(resources), ['default', ...stageNames]);
  }
  return problems;
}

function keysOf(value: unknown): string[] {
  return isPlainObject(value) ? Object.keys(value) : [];
}
