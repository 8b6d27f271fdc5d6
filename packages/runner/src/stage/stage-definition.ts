import type { TrialConfig } from '../spec/trial-config';

/** A part of a stage's work over images: every `count`-th image, from `index` on. */
export interface ShardPart {
  index: number;
  count: number;
}

/** What a running stage gets. */
export interface StageContext {
  /** The part of the trial's config that the stage selected. */
  section: unknown;
  /** Seed of the trial; only stages that declare `usesSeed` may look at it. */
  seed: number;
  /** Part of the images to work on; only `shardable` stages get anything but all of them. */
  shard: ShardPart;
  /** Folder with the outputs of each needed stage. */
  inputs: Readonly<Record<string, string>>;
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
 */
export interface StageDefinition {
  name: string;
  /** Raised whenever the stage's results change for equal input. */
  version: number;
  /** Stages whose outputs it reads, for this config. */
  needs: (config: TrialConfig) => readonly string[];
  usesSeed: boolean;
  /** False when it computes no tensors: no engine is loaded for it. Default: true. */
  usesEngine?: boolean;
  /** True for work over images that several tasks can share; see {@link StageContext.shard}. */
  shardable?: boolean;
  /** Environment variables that it reads: their values are in its key, and no others reach it. */
  environment?: readonly string[];
  /** The canonical part of the config that it depends on; undefined when the trial needs no such stage. */
  select: (config: TrialConfig) => unknown;
  /** Files from outside whose content it depends on. */
  files?: (section: unknown) => readonly string[];
  /** Names in registries that the section refers to: a user's part has its module's digest in the key. */
  uses?: (section: unknown) => readonly string[] | Promise<readonly string[]>;
  run: (context: StageContext) => Promise<void>;
}
