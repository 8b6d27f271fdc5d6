/** A part of a stage's work: every `count`-th item, from `index` on. */
export interface ShardPart {
  index: number;
  count: number;
}

/** Folder with the outputs of each needed stage, by its name; undefined where a trial needs none. */
export type StageInputs = Readonly<Record<string, string | undefined>>;

/** Which stages a trial needs: all whose inputs `run` may count on, and some of the others. */
export type StageNeeds<Inputs extends StageInputs> = {
  readonly [Name in keyof Inputs]-?: undefined extends Inputs[Name] ? boolean : true;
};

/** What a running stage gets. */
export interface StageContext<Section = unknown, Inputs extends StageInputs = StageInputs> {
  /** The part of the trial's config that the stage selected. */
  section: Section;
  /** Seed of the trial; only stages that declare `usesSeed` may look at it. */
  seed: number;
  /** Part of the work to do; only `shardable` stages get anything but all of it. */
  shard: ShardPart;
  /** Folder with the outputs of each needed stage. */
  inputs: Inputs;
  /** Folder to write into; published as a whole when the stage ends well. */
  outputs: string;
  /** Folder that survives a killed attempt of this very task. */
  checkpoints: string;
  log: (text: string) => void;
  metric: (key: string, value: number, step?: number) => void;
  progress: (done: number, total: number) => void;
  /** Aborted when the sweep is asked to stop. */
  signal: AbortSignal;
}

/**
 * A step of a trial whose result depends on nothing but what its key is made of: name, version,
 * section, seed if used, files, declared environment, and the keys of the stages it needs.
 *
 * `Section` is what it takes from the config, plain JSON: it reaches `run` in another process. `Inputs`
 * are the stages whose outputs it reads.
 */
export interface StageDefinition<
  Section = unknown,
  Inputs extends StageInputs = StageInputs,
  Config = unknown,
> {
  // Methods, not properties: a list holds stages of many sections, and each gets back what it selected.
  name: string;
  /** Raised whenever the stage's results change for equal input. */
  version: number;
  /** Stages whose outputs it reads, for this config. */
  needs(config: Config): StageNeeds<Inputs>;
  usesSeed: boolean;
  /** False when it needs no engine: none is loaded for it. Default: true. */
  usesEngine?: boolean;
  /** True for work that several tasks can share; see {@link StageContext.shard}. */
  shardable?: boolean;
  /** Environment variables that it reads: their values are in its key, and no others reach it. */
  environment?: readonly string[];
  /** The canonical part of the config that it depends on; undefined when the trial needs no such stage. */
  select(config: Config): Section | undefined;
  /** Files from outside whose content it depends on. */
  files?(section: Section): readonly string[];
  /** Names in registries that the section refers to: a user's part has its module's digest in the key. */
  uses?(section: Section): readonly string[] | Promise<readonly string[]>;
  /**
   * What is wrong with the section that can be told without running: each as `config.path: problem`,
   * the path without `config`.
   */
  problems?(section: Section): Promise<readonly string[]>;
  run(context: StageContext<Section, Inputs>): Promise<void>;
}

/** A stage of a list, whatever its section and inputs. */
export type AnyStage<Config = unknown> = StageDefinition<unknown, StageInputs, Config>;
