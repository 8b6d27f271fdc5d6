import type { Components } from './stage/components';
import type { AnyStage } from './stage/stage-definition';

/** What computes in a process, chosen once for all of its tasks; part of every key. */
export interface Engine<Config = unknown> {
  /** Name of the engine that a trial asks for; undefined leaves the choice to the machine. */
  nameIn: (config: Config) => string | undefined;
  /** Loads it before the first stage that uses one. */
  select: (name?: string) => Promise<unknown>;
}

/** What a worker process needs of a pipeline. */
export interface WorkerProgram<Config = unknown> {
  /** The built-in stages, each after those it needs. */
  stages: () => Promise<readonly AnyStage<Config>[]> | readonly AnyStage<Config>[];
  components: Components<Config>;
  engine?: Engine<Config>;
  /**
   * Tells on what a stage ran, for the manifest of its result: versions, processor, threads; no host, no path.
   *
   * @param engine what `select` returned; undefined for a stage without an engine
   */
  describe?: (engine: unknown) => Readonly<Record<string, string>>;
}
