import { type CanonicalTexts, ConfigError, MissingDataError, OmnictError } from '@omnict/core';
import { digestFile, type Manifest } from '../cache/manifest';
import type { StageCache } from '../cache/stage-cache';
import type { Trial } from '../spec/expand';
import { hashOf, keyParts, taskKey, type TaskIdentity } from './key-parts';
import { MissReasons } from './miss-reason';
import type { AnyStage, ShardPart } from './stage-definition';

/** One distinct piece of work of a sweep. */
export interface StageTask {
  /** SHA-256 of everything its result depends on. */
  key: string;
  stage: string;
  section: unknown;
  /** 0 for stages that use no seed. */
  seed: number;
  engine: string | undefined;
  /** Key of each needed stage's task. */
  needs: Readonly<Record<string, string>>;
  /** Which part of the stage's work it is; absent for all of it. */
  shard?: ShardPart;
  /** Keys of the tasks whose results together are this one's. */
  parts?: readonly string[];
  /** Names of the trials that share it. */
  trials: string[];
  /** Seconds it took when it was made, when the cache has it. */
  cachedSeconds: number | undefined;
  /** Why the cache does not have it. */
  missReason: string | undefined;
  /** Hashes of what the key is made of. */
  keyParts: Readonly<Record<string, string>>;
  /** Declared environment variables, with their values. */
  environment: Readonly<Record<string, string>>;
}

/** All tasks of a sweep, needed ones first. */
export interface SweepPlan<Config = unknown> {
  trials: readonly Trial<Config>[];
  tasks: readonly StageTask[];
  /** Key of each stage's task, by trial name. */
  taskOf: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** What a plan depends on beside trials and stages. */
export interface PlanSurroundings<Config = unknown> {
  cache: StageCache;
  /** Number of tasks that share a stage, by its name. */
  shards?: Readonly<Record<string, number>>;
  /** Where declared variables get their values. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Engine that a config asks for. */
  engineIn?: (config: Config) => string | undefined;
  /** Digest of the user's module that registered a name; undefined for built-in names. */
  digestOf?: (name: string) => string | undefined;
}

/** What is looked up once and used for many tasks. */
interface Lookups<Config> extends Required<Omit<PlanSurroundings<Config>, 'cache' | 'shards'>> {
  fileDigests: Map<string, string>;
  sections: Map<AnyStage<Config>, Map<Config, SectionFacts | undefined>>;
  /** Trials share most of their configs, which nobody changes while they are planned. */
  texts: CanonicalTexts;
}

/** What depends on a stage and a config alone. */
interface SectionFacts {
  section: unknown;
  files: Record<string, string>;
  components: Record<string, string>;
}

/**
 * Plans a sweep: keys of all stages of all trials, equal ones merged, before anything runs.
 *
 * @param stages in an order in which each comes after those it needs
 * @throws ConfigError when a stage needs one that the trial does not have; ConfigError or
 *   MissingDataError with all files and models that are not here
 */
export async function planSweep<Config>(
  trials: readonly Trial<Config>[],
  stages: readonly AnyStage<Config>[],
  surroundings: PlanSurroundings<Config>,
): Promise<SweepPlan<Config>> {
  const { cache, shards = {}, environment = {} } = surroundings;
  const { engineIn = () => undefined, digestOf = () => undefined } = surroundings;
  const tasks = new Map<string, StageTask>();
  const taskOf = new Map<string, Record<string, string>>();
  const lookups: Lookups<Config> = {
    fileDigests: new Map(),
    sections: new Map(),
    texts: new WeakMap(),
    environment,
    engineIn,
    digestOf,
  };
  await requireInputs(trials, stages, lookups);
  for (const trial of trials) {
    const keys: Record<string, string> = {};
    for (const stage of stages) {
      const facts = await sectionFacts(stage, trial.config, lookups);
      if (facts === undefined) continue;
      const task = taskFor(stage, trial, { facts, keys, lookups });
      keys[stage.name] = task.key;
      const known = tasks.get(task.key);
      if (known === undefined) tasks.set(task.key, task);
      else known.trials.push(trial.name);
    }
    taskOf.set(trial.name, keys);
  }
  await markCached(tasks, cache);
  const shardCount = (name: string): number =>
    stages.find((stage) => stage.name === name)?.shardable === true ? (shards[name] ?? 1) : 1;
  const split = [...tasks.values()].flatMap((task) => withShards(task, shardCount(task.stage)));
  const added = new Map(split.filter(({ key }) => !tasks.has(key)).map((task) => [task.key, task]));
  await markCached(added, cache);
  return { trials, tasks: split, taskOf };
}

/** Looks up what stages need from outside, and tells of all that is missing at once. */
async function requireInputs<Config>(
  trials: readonly Trial<Config>[],
  stages: readonly AnyStage<Config>[],
  lookups: Lookups<Config>,
): Promise<void> {
  const errors = new Map<string, OmnictError>();
  for (const config of new Set(trials.map((trial) => trial.config))) {
    for (const stage of stages) {
      try {
        await sectionFacts(stage, config, lookups);
      } catch (error) {
        if (!OmnictError.isInstance(error)) throw error;
        errors.set(error.message, error);
      }
    }
  }
  const [first, ...others] = errors.values();
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const isMissing = [first, ...others].every(({ name }) => name === MissingDataError.name);
  throw new (isMissing ? MissingDataError : ConfigError)([...errors.keys()].join('\n'));
}

async function sectionFacts<Config>(
  stage: AnyStage<Config>,
  config: Config,
  { sections, fileDigests, digestOf }: Lookups<Config>,
): Promise<SectionFacts | undefined> {
  const byConfig = sections.get(stage) ?? new Map<Config, SectionFacts | undefined>();
  sections.set(stage, byConfig);
  if (byConfig.has(config)) return byConfig.get(config); // trials that differ in the seed
  const section = stage.select(config);
  const facts: SectionFacts = { section, files: {}, components: {} };
  if (section !== undefined) {
    for (const path of stage.files?.(section) ?? []) {
      const digest = fileDigests.get(path) ?? (await digestFile(path)).sha256;
      fileDigests.set(path, digest);
      facts.files[path] = digest;
    }
    for (const name of [stage.name, ...((await stage.uses?.(section)) ?? [])]) {
      const digest = digestOf(name);
      if (digest !== undefined) facts.components[name] = digest;
    }
  }
  byConfig.set(config, section === undefined ? undefined : facts);
  return byConfig.get(config);
}

function taskFor<Config>(
  stage: AnyStage<Config>,
  trial: Trial<Config>,
  {
    facts,
    keys,
    lookups,
  }: { facts: SectionFacts; keys: Readonly<Record<string, string>>; lookups: Lookups<Config> },
): StageTask {
  const needs: Record<string, string> = {};
  for (const [name, isNeeded] of Object.entries(stage.needs(trial.config))) {
    if (!isNeeded) continue;
    const key = keys[name];
    if (key === undefined) {
      throw new ConfigError(
        `plan: stage '${stage.name}' needs '${name}', which trial '${trial.name}' does not have`,
      );
    }
    needs[name] = key;
  }
  const declared = (stage.environment ?? []).map((name) => [name, lookups.environment[name] ?? '']);
  const engine = lookups.engineIn(trial.config);
  const identity: TaskIdentity = {
    stage: stage.name,
    version: stage.version,
    ...facts,
    needs,
    seed: stage.usesSeed ? trial.seed : 0,
    engine: engine ?? 'auto',
    environment: Object.fromEntries(declared) as Record<string, string>,
  };
  return {
    key: taskKey(identity, lookups.texts),
    stage: stage.name,
    section: facts.section,
    seed: identity.seed,
    engine,
    needs,
    trials: [trial.name],
    cachedSeconds: undefined,
    missReason: undefined,
    keyParts: keyParts(identity, lookups.texts),
    environment: identity.environment,
  };
}

/** A task that the cache lacks, after the tasks that share its work. */
function withShards(task: StageTask, count: number): StageTask[] {
  if (count === 1 || task.cachedSeconds !== undefined) return [task];
  const shards = Array.from({ length: count }, (_, index): StageTask => {
    const shard = { index, count };
    return { ...task, key: hashOf({ of: task.key, shard }), shard };
  });
  const parts = shards.map(({ key }) => key);
  const needs = Object.fromEntries(parts.map((key, index) => [`${task.stage} ${index}`, key]));
  return [...shards, { ...task, needs, parts, missReason: 'needs its shards first' }];
}

/** Notes which tasks the cache has, and why not the others. */
async function markCached(tasks: ReadonlyMap<string, StageTask>, cache: StageCache): Promise<void> {
  if (tasks.size === 0) return;
  const present = new Set(await cache.keys());
  const manifests: Manifest[] = present.size === 0 ? [] : await cache.list();
  const reasons = new MissReasons(manifests);
  for (const task of tasks.values()) {
    const hit = present.has(task.key) ? await cache.lookUp(task.key) : null;
    task.cachedSeconds = hit?.manifest.seconds;
    if (hit !== null) continue;
    const missing = Object.entries(task.needs)
      .filter(([, key]) => tasks.get(key)?.missReason !== undefined)
      .map(([name]) => name);
    task.missReason = reasons.reason(task, missing);
  }
}
