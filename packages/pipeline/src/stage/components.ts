import { ConfigError } from '@omnict/core';
import { pathToFileURL } from 'node:url';
import { digestFile } from '../cache/manifest';
import type { AnyStage } from './stage-definition';

/** Registers a name for the module that is loaded. @throws ConfigError for a name that is in use */
export type ClaimName = (kind: string, name: string) => void;

/** What the `register` function of a user's module is given at least. */
export interface StageRegistry<Config = unknown> {
  stages: {
    /** Adds a stage after those it needs. @param options `replaces`: takes a built-in stage's place */
    add: (stage: AnyStage<Config>, options?: { replaces?: boolean }) => void;
  };
}

/** A stage of a module, and whether it takes the place of a built-in one. */
interface OwnStage<Config> {
  stage: AnyStage<Config>;
  replaces: boolean;
}

/**
 * Parts of a user's own modules, by name: stages, and whatever else the program has registries for.
 * What a result depends on includes the digest of the module that registered a part.
 */
export class Components<Config = unknown> {
  private readonly loaded = new Map<string, Promise<void>>();
  private readonly stages = new Map<string, OwnStage<Config>>();
  private readonly digests = new Map<string, string>();

  /** @param registries further registries of the program; each `add` claims its name first */
  constructor(private readonly registries: (claim: ClaimName) => object = () => ({})) {}

  /**
   * Loads modules, each once: they call `register(registries)`.
   *
   * @param paths absolute paths; running their code must have been allowed by the user
   * @throws MissingDataError when a module cannot be read; ConfigError when it registers nothing, or a
   *   name that is in use
   */
  async load(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const loading = this.loaded.get(path) ?? this.loadOne(path);
      this.loaded.set(path, loading);
      await loading;
    }
  }

  /** Digest of the module that registered a name; undefined for built-in names. */
  digestOf(name: string): string | undefined {
    return this.digests.get(name);
  }

  /** A stage that a module registered. */
  stage(name: string): AnyStage<Config> | undefined {
    return this.stages.get(name)?.stage;
  }

  /** Built-in stages with those of modules: in their place, or after all that they need. */
  withBuiltIn(builtIn: readonly AnyStage<Config>[]): AnyStage<Config>[] {
    const result = builtIn.map((stage) => {
      const own = this.stages.get(stage.name);
      if (own === undefined) return stage;
      if (own.replaces) return own.stage;
      throw new ConfigError(
        `components: stage '${stage.name}' is built in; expected a new name; add it with { replaces: true } to take its place`,
      );
    });
    const own = [...this.stages.values()].map(({ stage }) => stage);
    return [...result, ...own.filter(({ name }) => builtIn.every((stage) => stage.name !== name))];
  }

  private async loadOne(path: string): Promise<void> {
    const { sha256 } = await digestFile(path);
    const module = (await import(pathToFileURL(path).href)) as {
      register?: (registries: StageRegistry<Config>) => void | Promise<void>;
    };
    if (typeof module.register !== 'function') {
      throw new ConfigError(
        `${path}: no components; expected an exported function register(registries)`,
      );
    }
    const claim: ClaimName = (kind, name) => {
      if (this.digests.has(name)) {
        throw new ConfigError(
          `${path}: ${kind} '${name}' is registered already; choose a new name`,
        );
      }
      this.digests.set(name, sha256);
    };
    await module.register({
      stages: {
        add: (stage, { replaces = false } = {}) => {
          claim('stage', stage.name);
          this.stages.set(stage.name, { stage, replaces });
        },
      },
      ...this.registries(claim),
    });
  }
}
