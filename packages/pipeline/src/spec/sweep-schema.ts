import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { ProfileSchema } from './profile-schema';
import { SearchSchema } from '../search/search-schema';

const Axes = Type.Record(Type.String(), Type.Array(Type.Unknown(), { minItems: 1 }));
const Assignment = Type.Record(Type.String(), Type.Unknown());
const Tries = Type.Integer({ minimum: 0 });

/** What varies between the trials. */
const AxesSchema = Type.Object(
  {
    mode: Type.Union([Type.Literal('grid'), Type.Literal('ofat')], {
      default: 'grid',
      description:
        'grid: all combinations; ofat: one factor at a time around the config, which is the baseline.',
    }),
    matrix: {
      ...Axes,
      default: {},
      description: 'Axes by config path; every combination is a trial.',
    } as typeof Axes,
    zip: Type.Record(Type.String(), Axes, {
      default: {},
      description: 'Named groups of axes of equal length that move together.',
    }),
    search: Type.Optional(SearchSchema),
    exclude: Type.Array(Assignment, {
      default: [],
      description: 'Combinations to leave out: all trials that match all of the values.',
    }),
    include: Type.Array(
      Type.Object(
        {
          name: Type.String({
            minLength: 1,
            maxLength: 200,
            pattern: '^[^\\u0000-\\u001f\\u007f]*$',
          }),
          set: Assignment,
        },
        { additionalProperties: false },
      ),
      { default: [], description: 'Single trials beside the matrix.' },
    ),
    sample: Type.Optional(
      Type.Object(
        {
          count: Type.Integer({ minimum: 1, description: 'Combinations to keep.' }),
          seed: Type.Integer({ default: 0, description: 'Decides which.' }),
        },
        {
          additionalProperties: false,
          description:
            'Runs a random part of the combinations, drawn after exclude; baseline and included trials stay.',
        },
      ),
    ),
    seeds: Type.Array(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), {
      minItems: 1,
      default: [0],
    }),
    baseline: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Axis values of the trial that the others are compared with.',
      }),
    ),
    maxTrials: Type.Integer({ minimum: 1, default: 200 }),
  },
  { additionalProperties: false, default: {}, description: 'What varies.' },
);

const PolicySchema = Type.Object(
  {
    maxParallel: Type.Integer({ minimum: 1, default: 2, description: 'Tasks at a time.' }),
    onFailure: Type.Union([Type.Literal('continue'), Type.Literal('stop')], {
      default: 'continue',
      description: 'After a task has failed for good: run what does not need it, or stop all.',
    }),
    maxFailures: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Stop all after so many failed tasks.' }),
    ),
    retries: Type.Integer({
      minimum: 0,
      default: 1,
      description: 'Further tries of a task that failed by itself.',
    }),
    retriesByCause: Type.Object(
      {
        timeout: Type.Optional(Tries),
        preempted: Type.Optional(Tries),
        oom: Type.Optional(Tries),
      },
      {
        additionalProperties: false,
        default: {},
        description:
          'Further tries of a task that ran out of time (10), was killed from outside (10), or ran out of memory (1, with twice the memory).',
      },
    ),
    shards: Type.Record(Type.String(), Type.Integer({ minimum: 1 }), {
      default: {},
      description: 'Number of tasks that share the work of a stage, for stages that can be shared.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'How the sweep is run.' },
);

const NAME = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]*$',
  maxLength: 100,
  description: 'Lower-case letters, digits and dashes; names the run folder.',
});
const EXTENDS = Type.Optional(
  Type.Array(Type.String(), {
    description:
      'Specs this one builds on, relative to it: merged deeply, later wins, lists replace.',
  }),
);
const COMPONENTS = Type.Array(Type.String(), {
  default: [],
  description:
    "Modules with the user's own parts, relative to this file; loaded only when the command line or the project's config lists them too.",
});
const EXECUTION = {
  sweep: AxesSchema,
  policy: PolicySchema,
  launcher: Type.String({
    default: 'local',
    description: "'local', or the name of a profile.",
  }),
  profiles: Type.Record(Type.String(), ProfileSchema, {
    default: {},
    description: "Launchers by name; the project's config may have more.",
  }),
};

/** A validated sweep: one file, one experiment. */
export interface SweepSpec<Config = unknown> extends Static<TObject<typeof EXECUTION>> {
  /** `<program>/sweep@1` */
  schema: string;
  name: string;
  extends?: string[];
  components: string[];
  config: Config;
}

/** Schema of a program's specs. @param sections further sections that the program has */
export function sweepSchema({
  schema,
  title,
  config,
  sections,
}: {
  schema: string;
  title: string;
  config: TSchema;
  sections: TProperties;
}): TObject {
  return Type.Object(
    {
      schema: Type.Literal(schema),
      name: NAME,
      extends: EXTENDS,
      components: COMPONENTS,
      config,
      ...EXECUTION,
      ...sections,
    },
    { additionalProperties: false, title },
  );
}
