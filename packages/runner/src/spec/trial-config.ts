import { DEFAULT_METRICS } from '@omnict/eval';
import { ANSWER_PRECISIONS } from '@omnict/llm';
import { PhantomCt2ConfigSchema } from '@omnict/phantom';
import { ModelConfigSchema, PrepareConfigSchema } from '@omnict/model';
import { TrainStageSchema } from '@omnict/train';
import { type Static, Type } from '@sinclair/typebox';

const SplitCounts = Type.Object(
  { slices: Type.Integer({ minimum: 0 }), volumes: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);

/** Where images and questions come from. */
const DataConfigSchema = Type.Object(
  {
    dataset: Type.String({
      minLength: 1,
      description:
        "'phantom-ct' or 'phantom-ct-2', made on the spot, or the path of a records file (JSON Lines).",
    }),
    phantom: Type.Object(
      {
        seed: Type.Integer({ default: 1 }),
        train: SplitCounts,
        test: SplitCounts,
        questionsPerVolume: Type.Integer({ minimum: 1, default: 8 }),
        questionsPerSlice: Type.Integer({ minimum: 1, default: 3 }),
      },
      {
        additionalProperties: false,
        default: { train: { slices: 400, volumes: 160 }, test: { slices: 150, volumes: 60 } },
        description: 'Size of PhantomCT; not used for other datasets.',
      },
    ),
    // Without a default: the key of a dataset stage must not change for those who do not use it.
    phantom2: Type.Optional(PhantomCt2ConfigSchema),
  },
  { additionalProperties: false, description: 'Images and questions.' },
);

/** Stage 2; the language model learns as a whole or through low-rank updates. */
const FinetuneSchema = Type.Object(
  {
    ...TrainStageSchema.properties,
    lora: Type.Optional(
      Type.Object(
        {
          rank: Type.Integer({ minimum: 1, description: 'r' }),
          alpha: Type.Number({
            exclusiveMinimum: 0,
            description: 'The update counts alpha / rank times.',
          }),
          targets: Type.Array(Type.String(), {
            minItems: 1,
            description: 'Names of linear layers: q_proj, v_proj, down_proj, ...',
          }),
        },
        {
          additionalProperties: false,
          description: 'Trains low-rank updates of the language model in place of its weights.',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'Training stage 2.' },
);

/** Of matrix products where nothing is trained. */
const PrecisionSchema = Type.Union([Type.Literal('f32'), Type.Literal('bf16')], {
  default: 'f32',
  description: 'Of the matrix products; bf16 needs the TensorFlow engine.',
});

/** How features of the frozen encoder are kept between encoding and training. */
const EncodeConfigSchema = Type.Object(
  {
    storage: Type.Union([Type.Literal('f16'), Type.Literal('bf16'), Type.Literal('f32')], {
      default: 'f16',
      description: 'Floats on disk; 16 bits halve what training reads.',
    }),
    precision: PrecisionSchema,
  },
  { additionalProperties: false, default: {}, description: 'Features of the frozen encoder.' },
);

/** Of matrix products of the language model when it answers. */
const AnswerPrecisionSchema = Type.Union(
  ANSWER_PRECISIONS.map((precision) => Type.Literal(precision)),
  {
    default: 'f32',
    description:
      'Of the matrix products; bf16 needs the TensorFlow engine, int8 and int4 the package onnxruntime-node.',
  },
);

/** How answers are generated for the test questions. */
const PredictConfigSchema = Type.Object(
  {
    batchSize: Type.Integer({ minimum: 1, default: 32 }),
    maxNewTokens: Type.Integer({ minimum: 1, default: 64 }),
    precision: AnswerPrecisionSchema,
  },
  { additionalProperties: false, default: {}, description: 'Generation of answers.' },
);

/** How answers are scored. */
const ScoreConfigSchema = Type.Object(
  {
    resamples: Type.Integer({ minimum: 100, default: 2000, description: 'Bootstrap resamples.' }),
    confidence: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.95 }),
    metrics: Type.Array(Type.String(), {
      minItems: 1,
      uniqueItems: true,
      default: [...DEFAULT_METRICS],
      description:
        "Metrics of `omnict score`, and the user's own; `:open` and `:closed` limit one to such questions.",
    }),
  },
  { additionalProperties: false, default: {}, description: 'Scores and their intervals.' },
);

/** One trial: everything that decides its result, but the seed. */
export const TrialConfigSchema = Type.Object(
  {
    data: DataConfigSchema,
    prepare: { ...PrepareConfigSchema, default: {} } as typeof PrepareConfigSchema,
    encode: EncodeConfigSchema,
    model: ModelConfigSchema,
    train: Type.Object(
      {
        maxLength: Type.Integer({
          minimum: 1,
          default: 2048,
          description:
            'Longest sequence in tokens (Table 5). Longer samples lose text: earlier turns, then the beginning of the question, then words of the answer; never visual tokens or the end of the answer.',
        }),
        pretrain: Type.Object(TrainStageSchema.properties, {
          additionalProperties: false,
          description: 'Training stage 1.',
        }),
        finetune: FinetuneSchema,
      },
      {
        additionalProperties: false,
        description: 'Stage 1 trains the projector, stage 2 projector and language model (Eq. 6).',
      },
    ),
    predict: PredictConfigSchema,
    score: ScoreConfigSchema,
    components: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description: "Settings of the user's own components, by names of theirs.",
        },
      ),
    ),
    engine: Type.Optional(
      Type.String({
        description: 'Engine to run on: tensorflow, wasm, cpu, ...; default: best here.',
      }),
    ),
  },
  { additionalProperties: false, description: 'One trial.' },
);

/** Config of one trial. */
export type TrialConfig = Static<typeof TrialConfigSchema>;
