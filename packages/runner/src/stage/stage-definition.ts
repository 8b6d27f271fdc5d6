import type { TrialConfig } from '../spec/trial-config';

/** What a running stage gets. */
export interface StageContext {
  /** The part of the trial's config that the stage selected. */
  section: unknown;
  /** Seed of the trial; only stages that declare `usesSeed` may look at it. */
  seed: number;
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
 * section, seed if used, files, and the keys of the stages it needs.
 */
export interface StageDefinition {
  name: string;
  /** Raised whenever the stage's results change for equal input. */
  version: number;
  /** Stages whose outputs it reads, for this config. */
  needs: (config: TrialConfig) => readonly string[];
  usesSeed: boolean;
  /** True for work over images that several tasks can share; see `StageContext.shard`. */
  shardable?: boolean;
  /** The canonical part of the config that it depends on; undefined when the trial needs no such stage. */
  select: (config: TrialConfig) => unknown;
  /** Files from outside whose content it depends on. */
  files?: (section: unknown) => readonly string[];
  run: (context: StageContext) => Promise<void>;
}
