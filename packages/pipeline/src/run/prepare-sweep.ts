import { canonicalJson, ConfigError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { StageCache } from '../cache/stage-cache';
import { profileOf } from '../launch/create-launcher';
import type { Pipeline } from '../pipeline';
import { SearchJournal } from '../search/search-journal';
import { searchedMetric } from '../search/stage-metrics';
import { suggest } from '../spec/nearest';
import { sweepProblems, type Trial, trialsOf } from '../spec/expand';
import type { Profile } from '../spec/profile-schema';
import { isHarmless, Leave, type LeaveRequest, projectRequest, specRequest } from '../spec/leave';
import { isPlainObject, type PlainObject } from '../spec/paths';
import { type ProjectConfig, readProjectConfig } from '../spec/project-config';
import { readSpecSource, type SpecSource } from '../spec/spec-source';
import type { SweepSpec } from '../spec/sweep-schema';
import { withFurtherProblems } from '../spec/schema-problems';
import { checkSpec } from '../spec/validate-spec';
import { loadStages } from '../stage/load-stages';
import { planSweep, type SweepPlan } from '../stage/plan';
import type { AnyStage } from '../stage/stage-definition';
import { equalTrialRemarks, stageProblems } from '../stage/trial-problems';

/** A checked spec, its trials, and what the program has for them. */
export interface ReadSweep<Spec extends SweepSpec = SweepSpec> {
  spec: Spec;
  trials: Trial<Spec['config']>[];
  stages: readonly AnyStage<Spec['config']>[];
  profile: Profile;
  /** What is no mistake for sure, but looks like one. */
  remarks: string[];
  /** Absolute paths of the user's modules that were loaded. */
  components: string[];
  /** What its profile would do and nobody has allowed: nothing runs before somebody does. */
  unallowed?: LeaveRequest;
  /** What this user has allowed. */
  leave: Leave;
}

/** A sweep that is ready to run. */
export interface PreparedSweep<Spec extends SweepSpec = SweepSpec> extends ReadSweep<Spec> {
  /** Name and short hash of what is computed: the same sweep always gets the same id, and so continues. */
  id: string;
  plan: SweepPlan<Spec['config']>;
  cache: StageCache;
  /** Folder of this sweep's records. */
  runFolder: string;
  worker: Pipeline['worker'];
}

/** What the command line says beside the spec. */
export interface SweepRequest {
  /** `key=value`, `+key=value`, `~key`. */
  overrides?: readonly string[];
  /** Modules with the user's parts to load, beside those of the project's config. */
  components?: readonly string[];
  /** Folder for cache and runs; default: {@link storeFolder}. */
  store?: string;
  /** What this user has allowed; default: {@link Leave.of}. */
  leave?: Leave;
}

/** Root of caches and runs: beside the user's work, found again by the next run. */
export function storeFolder({ name }: Pick<Pipeline, 'name'>): string {
  return `.${name}`;
}

/**
 * Reads and checks a spec and what can be told of its trials, without their data and weights.
 *
 * Code of components runs only when the command line lists them, or the project's config does and the
 * user has allowed it.
 *
 * @throws ConfigError with all problems at once, one a line; MissingDataError; LeaveNeededError where
 *   the user has not
 */
export async function readSweep<Spec extends SweepSpec>(
  pipeline: Pipeline<Spec>,
  file: string,
  request: SweepRequest = {},
): Promise<ReadSweep<Spec>> {
  const project = readProjectConfig(pipeline.name);
  const given = (request.components ?? []).map((path) => resolve(path));
  const leave = request.leave ?? Leave.of(pipeline.name);
  const allowed = [...given, ...project.components];
  const source = readSpecSource(file, request.overrides, pipeline.spec);
  const named = Array.isArray(source.value['components']) ? source.value['components'] : [];
  const components = [...new Set([...given, ...allowed.filter((path) => named.includes(path))])];
  if (components.some((path) => !given.includes(path))) {
    leave.require(projectRequest(pipeline.name, project));
  }
  const stages = await loadStages(pipeline, components);
  const { profiles } = project;
  const checked = checkSpec<Spec>(pipeline, source, {
    profiles,
    stages,
    allowedComponents: allowed,
  });
  const { spec } = checked;
  const draws = checked.problems.length === 0 ? drawsOf(pipeline, spec, request) : undefined;
  const trials = await checkedTrials(pipeline, { ...checked, source, stages, draws });
  const asked = launchRequest(pipeline.name, file, { spec, project });
  const unallowed = asked === undefined || leave.has(asked) ? undefined : asked;
  return {
    spec,
    trials,
    stages,
    components,
    leave,
    remarks: equalTrialRemarks(trials, stages),
    profile: profileOf(spec, profiles),
    ...(unallowed !== undefined && { unallowed }),
  };
}

/** Trials of a spec that has no mistakes. @throws ConfigError with all that the spec and they have */
async function checkedTrials<Spec extends SweepSpec>(
  { config }: Pipeline<Spec>,
  {
    spec,
    problems,
    isConfigValid,
    source,
    stages,
    draws,
  }: {
    spec: Spec;
    draws: readonly PlainObject[] | undefined;
    problems: readonly string[];
    isConfigValid: boolean;
    source: SpecSource;
    stages: readonly AnyStage<Spec['config']>[];
  },
): Promise<Trial<Spec['config']>[]> {
  const read = async (schema?: Pipeline['config']) => {
    const trials = trialsOf<Spec['config']>(spec, schema, draws);
    const found = sweepProblems(spec, trials, source);
    found.push(...searchStageProblems(spec, stages, source));
    // Of values of a wrong form stages could only tell what follows from it.
    const ofStages = isConfigValid ? await stageProblems(trials, stages, source) : [];
    return { trials, found: [...found, ...ofStages] };
  };
  if (problems.length === 0) {
    const { trials, found } = await read(config);
    if (found.length > 0) throw new ConfigError(found.join('\n'));
    return trials;
  }
  // What can be told of trials although the spec has mistakes elsewhere: with wrong axes, or without
  // the stages of modules that were not loaded, nothing.
  const isDoubtful = problems.some((problem) => /: (sweep|components)\b/.test(problem));
  const more = isDoubtful
    ? []
    : await read()
        .then(({ found }) => found)
        .catch(() => []);
  throw new ConfigError(withFurtherProblems(problems, more).join('\n'));
}

/** A search that goes by a stage which nobody has would judge nothing. */
function searchStageProblems<Config>(
  { sweep: { search } }: SweepSpec,
  stages: readonly AnyStage<Config>[],
  { locate }: SpecSource,
): string[] {
  const stage = search && searchedMetric(search)?.stage;
  const names = stages.map(({ name }) => name);
  if (stage === undefined || names.includes(stage)) return [];
  const keys = ['sweep', 'search', 'metric'];
  return [
    `${locate(keys)}: ${keys.join('.')}: no stage '${stage}'; expected <stage>/<metric>; ${suggest(stage, names)}`,
  ];
}

/** What starting workers by the spec's profile needs leave for; a profile of the command line needs none. */
function launchRequest(
  program: string,
  file: string,
  { spec, project }: { spec: SweepSpec; project: ProjectConfig },
): LeaveRequest | undefined {
  const { launcher, profiles } = spec;
  const profile = profileOf(spec, project.profiles);
  if (isHarmless(profile)) return undefined;
  if (profiles[launcher] === undefined) return projectRequest(program, project);
  const written = readSpecSource(file).value['profiles'];
  const isWritten = isPlainObject(written) && launcher in written;
  return isWritten ? specRequest(file) : undefined;
}

/**
 * Reads, checks, expands and plans a spec; runs nothing.
 *
 * @throws ConfigError, MissingDataError
 */
export async function prepareSweep<Spec extends SweepSpec>(
  pipeline: Pipeline<Spec>,
  file: string,
  request: SweepRequest = {},
): Promise<PreparedSweep<Spec>> {
  const read = await readSweep(pipeline, file, request);
  const { spec, trials, stages, profile } = read;
  const { components, engine, worker } = pipeline;
  const store = request.store ?? storeFolder(pipeline);
  const cache = new StageCache(join(store, 'cache'));
  const plan = await planSweep<Spec['config']>(trials, stages, {
    cache,
    shards: spec.policy.shards,
    environment: { ...process.env, ...profile.environment },
    digestOf: (name) => components.digestOf(name),
    ...(engine !== undefined && { engineIn: engine.nameIn }),
  });
  const { id, runFolder } = placeOf(pipeline, spec, request);
  return { ...read, id, plan, cache, runFolder, worker };
}

/** Name of a sweep's run, and where its records lie. */
function placeOf(
  pipeline: Pick<Pipeline, 'name'>,
  { name, config, sweep }: SweepSpec,
  { store = storeFolder(pipeline) }: SweepRequest,
): { id: string; runFolder: string } {
  const hash = createHash('sha256').update(canonicalJson({ name, config, sweep })).digest('hex');
  const id = `${name}-${hash.slice(0, 8)}`;
  return { id, runFolder: join(store, 'runs', id) };
}

/** Draws of a sweep's search that are known by now. */
function drawsOf(
  pipeline: Pick<Pipeline, 'name'>,
  spec: SweepSpec,
  request: SweepRequest,
): readonly PlainObject[] | undefined {
  const { search } = spec.sweep;
  if (search === undefined) return undefined;
  return new SearchJournal(placeOf(pipeline, spec, request).runFolder).draws(search);
}
