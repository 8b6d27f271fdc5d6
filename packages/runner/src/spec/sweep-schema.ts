import { type Static, Type } from '@sinclair/typebox';
import { TrialConfigSchema } from './trial-config';

const Axes = Type.Record(Type.String(), Type.Array(Type.Unknown(), { minItems: 1 }));
const Assignment = Type.Record(Type.String(), Type.Unknown());

/** A sweep: one file, one experiment. */
export const SweepSchema = Type.Object(
  {
    schema: Type.Literal('omnict/sweep@1'),
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]*$',
      description: 'Lower-case letters, digits and dashes; names the run folder.',
    }),
    extends: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Specs this one builds on, relative to it: merged deeply, later wins, lists replace.',
      }),
    ),
    config: TrialConfigSchema,
    sweep: Type.Object(
      {
        matrix: {
          ...Axes,
          default: {},
          description: 'Axes by config path; every combination is a trial.',
        } as typeof Axes,
        zip: Type.Record(Type.String(), Axes, {
          default: {},
          description: 'Named groups of axes of equal length that move together.',
        }),
        exclude: Type.Array(Assignment, {
          default: [],
          description: 'Combinations to leave out: all trials that match all of the values.',
        }),
        include: Type.Array(
          Type.Object(
            { name: Type.String({ minLength: 1 }), set: Assignment },
            { additionalProperties: false },
          ),
          { default: [], description: 'Single trials beside the matrix.' },
        ),
        seeds: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, default: [0] }),
        baseline: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), {
            description: 'Axis values of the trial that the others are compared with.',
          }),
        ),
        max_trials: Type.Integer({ minimum: 1, default: 200 }),
      },
      { additionalProperties: false, default: {}, description: 'What varies.' },
    ),
    policy: Type.Object(
      {
        max_parallel: Type.Integer({ minimum: 1, default: 2, description: 'Tasks at a time.' }),
        on_failure: Type.Union([Type.Literal('continue'), Type.Literal('stop')], {
          default: 'continue',
        }),
        retries: Type.Integer({ minimum: 0, default: 1 }),
      },
      { additionalProperties: false, default: {}, description: 'How the sweep is run.' },
    ),
    tracking: Type.Object(
      {
        experiment: Type.Optional(Type.String({ description: 'Default: omnict/<name>.' })),
        uri: Type.Optional(
          Type.String({
            description: 'MLflow server; default: MLFLOW_TRACKING_URI, else journal only.',
          }),
        ),
      },
      { additionalProperties: false, default: {}, description: 'Where runs are recorded.' },
    ),
    report: Type.Object(
      {
        paper_table: Type.Optional(
          Type.String({
            description: "Table of the paper shown beside the results, e.g. 'table-1'.",
          }),
        ),
      },
      { additionalProperties: false, default: {}, description: 'How results are shown.' },
    ),
  },
  { additionalProperties: false, title: 'OmniCT sweep' },
);

/** A validated sweep. */
export type SweepSpec = Static<typeof SweepSchema>;
