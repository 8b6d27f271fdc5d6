import { CONDITIONS, EXTRACTION_PRESETS, INTERVAL_METHODS, RUBRIC_NAMES } from '@omnict/eval';
import { ConfigError, schemaCheck } from '@omnict/core';
import { type Static, Type } from '@sinclair/typebox';
import { ReadOptionsSchema } from '@omnict/model';
import { dirname, resolve } from 'node:path';
import { readSpecSource, schemaProblems } from '@omnict/pipeline';

const text = (description: string) => Type.String({ minLength: 1, description });
const literals = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Union(
    values.map((value) => Type.Literal(value as T[number])),
    options,
  );

const EndpointSchema = Type.Object(
  {
    url: text('Address of an OpenAI-compatible server, with /v1.'),
    model: text("Model, by the server's name."),
    pinnedModel: Type.Optional(text('Model id each reply must report.')),
    apiKeyEnv: Type.Optional(text('Environment variable that holds the key.')),
    concurrency: Type.Integer({ minimum: 1, default: 4 }),
    maxTokens: Type.Integer({ minimum: 1, default: 256 }),
  },
  { additionalProperties: false },
);

const MODELS = [
  Type.Object(
    {
      kind: Type.Literal('checkpoint'),
      folder: text('Folder of a trained model of ours.'),
      maxNewTokens: Type.Integer({ minimum: 1, default: 64 }),
      choice: literals(['generated', 'likelihood'] as const, {
        default: 'generated',
        description:
          'How a question with options is answered: in words, or by the option that is most likely.',
      }),
      engine: Type.Optional(text('Engine to run on; default: the best one here.')),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('endpoint'),
      ...EndpointSchema.properties,
      frames: Type.Integer({
        minimum: 1,
        maximum: 256,
        default: 16,
        description: 'Slices of a volume.',
      }),
      window: Type.Tuple([Type.Number(), Type.Number()], {
        default: [-1000, 1000],
        description: 'HU shown as black and white.',
      }),
      instructions: Type.Boolean({
        default: true,
        description:
          'Whether a sentence after the question says how to answer; models trained on questions alone, as those of omnict serve, do without.',
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('predictions'),
      file: text('JSON Lines of {id, prediction}.'),
    },
    { additionalProperties: false },
  ),
] as const;

const ModelSchema = Type.Unsafe<Static<(typeof MODELS)[number]>>({
  type: 'object',
  discriminator: { propertyName: 'kind' },
  required: ['kind'],
  oneOf: MODELS,
});

/** What `omnict eval` runs. */
export const EvalSpecSchema = Type.Object(
  {
    schema: Type.Literal('omnict/eval@1'),
    extends: Type.Optional(Type.Array(Type.String())),
    name: text('Name of the model in tables.'),
    output: text('Folder of results.'),
    cache: Type.Optional(text('Folder of kept answers; default: cache in the output.')),
    tasks: Type.Array(
      Type.Object(
        {
          task: text('Name of a task, or a YAML file.'),
          records: text('Records file with the questions.'),
          split: literals(['train', 'validation', 'test', 'all'] as const, { default: 'test' }),
          limit: Type.Optional(Type.Integer({ minimum: 1, description: 'First questions only.' })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
    model: ModelSchema,
    read: Type.Optional(ReadOptionsSchema),
    conditions: Type.Array(literals(CONDITIONS), {
      minItems: 1,
      uniqueItems: true,
      default: ['normal'],
      description: 'Ways to ask the questions; others than normal are stress tests.',
    }),
    tables: Type.Array(Type.String(), {
      default: [],
      description: "The paper's tables to fill, for instance table-2.",
    }),
    metrics: Type.Object(
      {
        encoder: Type.Optional(text('BERT or RoBERTa checkpoint, for BERTScore.')),
        layer: Type.Optional(Type.Integer({ minimum: 1 })),
        reportClassifier: Type.Optional(text('Checkpoint with the 18 labels of CT-RATE.')),
        openQaWeights: Type.Optional(
          Type.Object(
            {
              bleu: Type.Number({ minimum: 0 }),
              rouge: Type.Number({ minimum: 0 }),
              tokenF1: Type.Number({ minimum: 0 }),
              bertScore: Type.Number({ minimum: 0 }),
            },
            { additionalProperties: false },
          ),
        ),
        extraction: literals(EXTRACTION_PRESETS, { default: 'omnict' }),
        interval: literals(INTERVAL_METHODS, { default: 'closed-form' }),
        clusterBy: literals(['patient', 'none'] as const, {
          default: 'patient',
          description: 'Intervals over whole patients where records name them.',
        }),
      },
      { additionalProperties: false, default: {} },
    ),
    judge: Type.Optional(
      Type.Object(
        {
          rubric: literals(RUBRIC_NAMES),
          ...EndpointSchema.properties,
          second: Type.Optional(
            Type.Object(
              {
                ...EndpointSchema.properties,
                share: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.1 }),
              },
              { additionalProperties: false },
            ),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    seed: Type.Integer({ default: 0 }),
  },
  { additionalProperties: false, $id: 'omnict/eval@1' },
);

/** An evaluation, paths made absolute. */
export type EvalSpec = Static<typeof EvalSpecSchema>;

/** The server of a model or judge. */
export type Endpoint = Static<typeof EndpointSchema>;

const validate = schemaCheck<EvalSpec>(EvalSpecSchema, { fillDefaults: true });

const PATHS = ['output', 'cache'] as const;

/**
 * Reads and checks an evaluation spec; paths in it are relative to its file.
 *
 * @param overrides `key=value`, as for sweeps
 * @throws ConfigError with all mistakes at once, each with file, line and column
 */
export function readEvalSpec(file: string, overrides: readonly string[] = []): EvalSpec {
  const source = readSpecSource(file, overrides, EvalSpecSchema);
  const value: unknown = structuredClone(source.value);
  const isValid = validate(value);
  const problems = [
    ...source.problems,
    ...schemaProblems(
      validate.errors?.filter(({ keyword }) => keyword !== 'if'),
      source,
    ),
  ];
  if (
    isValid &&
    value.model.kind === 'predictions' &&
    value.conditions.some((name) => name !== 'normal')
  ) {
    problems.push(
      `${source.locate(['conditions'])}: conditions: a file of predictions cannot be asked anew; expected normal alone, or the model itself`,
    );
  }
  if (!isValid || problems.length > 0) {
    throw new ConfigError([`${file}: spec cannot be used:`, ...new Set(problems)].join('\n  '));
  }
  return withAbsolutePaths(value as EvalSpec, dirname(resolve(file)));
}

function withAbsolutePaths(spec: EvalSpec, folder: string): EvalSpec {
  const at = (path: string): string => resolve(folder, path);
  const model =
    spec.model.kind === 'checkpoint'
      ? { ...spec.model, folder: at(spec.model.folder) }
      : spec.model.kind === 'predictions'
        ? { ...spec.model, file: at(spec.model.file) }
        : spec.model;
  const { encoder, reportClassifier: classifier, ...metrics } = spec.metrics;
  return {
    ...spec,
    ...Object.fromEntries(
      PATHS.flatMap((key) => (spec[key] === undefined ? [] : [[key, at(spec[key])]])),
    ),
    model,
    tasks: spec.tasks.map((task) => ({
      ...task,
      task: /\.ya?ml$/.test(task.task) ? at(task.task) : task.task,
      records: at(task.records),
    })),
    metrics: {
      ...metrics,
      ...(encoder !== undefined && { encoder: at(encoder) }),
      ...(classifier !== undefined && { reportClassifier: at(classifier) }),
    },
  };
}
