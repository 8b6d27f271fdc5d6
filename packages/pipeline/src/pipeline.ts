import type { Static, TObject, TProperties, TSchema } from '@sinclair/typebox';
import type { NameCheck } from './spec/named-parts';
import { sweepSchema, type SweepSpec } from './spec/sweep-schema';
import { Components } from './stage/components';
import type { AnyStage } from './stage/stage-definition';
import type { Engine, WorkerProgram } from './worker-program';

/** Script that serves tasks, with its first arguments; see `serveWorker`. */
export type WorkerEntry = readonly [script: string, ...args: string[]];

/** A program whose trials can be swept: a config, and stages that turn it into results. */
export interface Pipeline<Spec extends SweepSpec = SweepSpec> extends WorkerProgram<
  Spec['config']
> {
  /** Names the project's config, `<name>.config.yaml`, and the store, `.<name>`. */
  name: string;
  /** What specs say as their `schema`. */
  schema: string;
  /** Schema of a trial's config. */
  config: TSchema;
  /** Schema of a spec. */
  spec: TSchema;
  worker: WorkerEntry;
  /** Config paths whose values are names in a registry: known only once components are loaded. */
  names: Readonly<Record<string, NameCheck>>;
}

/** What {@link definePipeline} is told. */
export interface PipelineOptions<Config extends TSchema, Sections extends TProperties> {
  /** Lower-case letters, digits and dashes. */
  name: string;
  /** Title of the specs' JSON Schema. */
  title?: string;
  /** Schema of a trial's config: TypeBox, or any JSON Schema with defaults. */
  config: Config;
  /** Further sections of specs: nothing in a key depends on them. */
  sections?: Sections;
  /** Stages, each after those it needs; a function loads them when they are first asked for. */
  stages: readonly AnyStage<Static<Config>>[] | WorkerProgram<Static<Config>>['stages'];
  worker: WorkerEntry;
  names?: Pipeline['names'];
  components?: Components<Static<Config>>;
  engine?: Engine<Static<Config>>;
}

/** Type of a pipeline's specs. */
export type SpecOf<Config extends TSchema, Sections extends TProperties> = SweepSpec<
  Static<Config>
> &
  Static<TObject<Sections>>;

/** Makes a pipeline of a config's schema and stages. */
export function definePipeline<
  Config extends TSchema,
  Sections extends TProperties = Record<never, never>,
>(options: PipelineOptions<Config, Sections>): Pipeline<SpecOf<Config, Sections>> {
  const { name, title = name, config, sections, stages, worker, names = {}, engine } = options;
  const schema = `${name}/sweep@1`;
  return {
    name,
    schema,
    config,
    spec: sweepSchema({ schema, title, config, sections: sections ?? {} }),
    stages: typeof stages === 'function' ? stages : () => stages,
    worker,
    names,
    components: options.components ?? new Components(),
    ...(engine !== undefined && { engine }),
  };
}
