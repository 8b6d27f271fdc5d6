import { type OrganStrategy, registerOrganStrategy } from '@omnict/ose';
import { type EncoderArchitecture, registerEncoderArchitecture } from '@omnict/encoding';
import type { OwnMetric, OwnMetrics } from '@omnict/eval';
import { ConfigError } from '@omnict/core';
import { pathToFileURL } from 'node:url';
import { digestFile } from '../cache/manifest';
import type { StageDefinition } from './stage-definition';

/** What the `register` function of a components module is given. */
export interface Registries {
  stages: {
    /** Adds a stage after those it needs. @param options `replaces`: takes a built-in stage's place */
    add: (stage: StageDefinition, options?: { replaces?: boolean }) => void;
  };
  encoders: {
    /** Adds a vision architecture by the `model_type` of its config.json. */
    add: (modelType: string, architecture: EncoderArchitecture) => void;
  };
  aggregators: {
    /** Adds an organ strategy, for `model.ose.strategy`. */
    add: (name: string, strategy: OrganStrategy) => void;
  };
  metrics: {
    /** Adds a metric, for `score.metrics`: a number for each answer, whose mean is the figure. */
    add: (name: string, metric: OwnMetric) => void;
  };
}

/** A stage of a component, and whether it takes the place of a built-in one. */
interface ComponentStage {
  stage: StageDefinition;
  replaces: boolean;
}

const loaded = new Map<string, Promise<void>>();
const stages = new Map<string, ComponentStage>();
const metrics = new Map<string, OwnMetric>();
const digests = new Map<string, string>();

/**
 * Loads modules with a user's parts, each once: they call `register(registries)`.
 *
 * @param paths absolute paths; running their code must have been allowed by the user
 * @throws MissingDataError when a module cannot be read; ConfigError when it registers nothing, or a
 *   name that is in use
 */
export async function loadComponents(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const loading = loaded.get(path) ?? loadComponent(path);
    loaded.set(path, loading);
    await loading;
  }
}

async function loadComponent(path: string): Promise<void> {
  const { sha256 } = await digestFile(path);
  const module = (await import(pathToFileURL(path).href)) as {
    register?: (registries: Registries) => void | Promise<void>;
  };
  if (typeof module.register !== 'function') {
    throw new ConfigError(
      `${path}: no components; expected an exported function register(registries)`,
    );
  }
  const claim = (kind: string, name: string): void => {
    if (digests.has(name)) {
      throw new ConfigError(`${path}: ${kind} '${name}' is registered already; choose a new name`);
    }
    digests.set(name, sha256);
  };
  await module.register({
    stages: {
      add: (stage, { replaces = false } = {}) => {
        claim('stage', stage.name);
        stages.set(stage.name, { stage, replaces });
      },
    },
    encoders: {
      add: (modelType, architecture) => {
        claim('encoder', modelType);
        registerEncoderArchitecture(modelType, architecture);
      },
    },
    aggregators: {
      add: (name, strategy) => {
        claim('aggregator', name);
        registerOrganStrategy(name, strategy);
      },
    },
    metrics: {
      add: (name, metric) => {
        claim('metric', name);
        metrics.set(name, metric);
      },
    },
  });
}

/** Digest of the module that registered a name; undefined for built-in names. */
export function componentDigest(name: string): string | undefined {
  return digests.get(name);
}

/** A stage that a component registered. */
export function componentStage(name: string): StageDefinition | undefined {
  return stages.get(name)?.stage;
}

/** Metrics that components registered. */
export function componentMetrics(): OwnMetrics {
  return metrics;
}

/** Built-in stages with those of components: in their place, or after all that they need. */
export function withComponentStages(builtIn: readonly StageDefinition[]): StageDefinition[] {
  const result = builtIn.map((stage) => {
    const own = stages.get(stage.name);
    if (own === undefined) return stage;
    if (own.replaces) return own.stage;
    throw new ConfigError(
      `components: stage '${stage.name}' is built in; expected a new name; add it with { replaces: true } to take its place`,
    );
  });
  const own = [...stages.values()].map(({ stage }) => stage);
  return [...result, ...own.filter(({ name }) => builtIn.every((stage) => stage.name !== name))];
}
