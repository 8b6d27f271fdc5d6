import { TASK_TYPES } from '@omnict/core';
import { type Static, Type } from '@sinclair/typebox';

/** A share of something. */
const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

/** Which samples are seen, and in which proportion: Figure 4(a) and Table 15 vary these. */
const SamplingSchema = Type.Object(
  {
    slices: Type.Optional(Share('Share of the slices that is used at all. Default 1.')),
    volumes: Type.Optional(Share('Share of the volumes that is used at all. Default 1.')),
    slicesPerBatch: Type.Optional(
      Share(
        'Share of slices in each batch; the kind that runs out first is seen again. Default: as in the data.',
      ),
    ),
  },
  { additionalProperties: false, description: 'Mix of slices and volumes.' },
);

/** Which records a stage learns from. */
const RecordsSchema = Type.Object(
  {
    taskTypes: Type.Optional(
      Type.Array(Type.Union(TASK_TYPES.map((name) => Type.Literal(name))), {
        minItems: 1,
        uniqueItems: true,
        description: 'Task types of the questions. Default: all.',
      }),
    ),
    modalities: Type.Optional(
      Type.Array(Type.Union([Type.Literal('slice'), Type.Literal('volume')]), {
        minItems: 1,
        uniqueItems: true,
        description: 'Kinds of images. Default: both.',
      }),
    ),
    share: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description:
          'Share of these questions, drawn by the seed; a larger one holds all of a smaller one. Default 1.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'Records that this stage learns from, as in recipes that pretrain on captions and reports and fine-tune on the rest. Default, as in the paper: all.',
  },
);

/** Loss on questions set aside, while training goes on. */
const ValidationSchema = Type.Object(
  {
    every: Type.Integer({ minimum: 1, description: 'Optimizer steps between validations.' }),
    share: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description:
        'Share of the training patients set aside when the dataset has no validation split.',
    }),
    patience: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Early stop: validations without a lower loss before training ends; the best parameters are kept. Default: train to the end and keep the last.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Validation during training.' },
);

/** One training stage; defaults are OmniCT's (Table 5), except where a laptop needs less. */
export const TrainStageSchema = Type.Object(
  {
    learningRate: Type.Number({
      exclusiveMinimum: 0,
      description: 'Highest rate: 2e-4 in stage 1 and 5e-5 in stage 2 of the paper.',
    }),
    epochs: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'Passes over the data.' }),
    batchSize: Type.Integer({
      minimum: 1,
      default: 256,
      description: 'Samples per optimizer step (global batch).',
    }),
    microBatchSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Samples per forward and backward pass; gradients of a batch are accumulated. At least one image with its questions. Default: the whole batch.',
      }),
    ),
    warmupRatio: Type.Number({ minimum: 0, maximum: 1, default: 0.03 }),
    weightDecay: Type.Number({ minimum: 0, default: 0 }),
    beta2: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        description:
          "Decay of Adam's second moment. Default 0.999; trainings of some hundred steps want less.",
      }),
    ),
    maxGradientNorm: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description: 'Clipping. ASSUMPTION: the paper does not say; 1 is usual.',
    }),
    checkpointEvery: Type.Integer({
      minimum: 1,
      default: 100,
      description: 'Optimizer steps between checkpoints.',
    }),
    precision: Type.Optional(
      Type.Union([Type.Literal('f32'), Type.Literal('bf16')], {
        description:
          'Of matrix products. bf16 keeps weights, norms, softmax and optimizer in float32 and needs the TensorFlow engine. Default f32.',
      }),
    ),
    gradientCheckpointing: Type.Optional(
      Type.Boolean({
        description:
          'Keep only the input of each decoder layer and compute the rest again on the way back: less memory, about a third more work. Default false.',
      }),
    ),
    groupByImage: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          "Batches are made of images with their questions, so that each image's tokens are computed once for all of them: less work, another order of samples. batchSize is then met as nearly as whole images allow.",
      }),
    ),
    bucketByLength: Type.Optional(
      Type.Boolean({
        description:
          'Batches of sequences of similar length: less padding, another order of samples. Default false.',
      }),
    ),
    records: Type.Optional(RecordsSchema),
    sampling: Type.Optional(SamplingSchema),
    validation: Type.Optional(ValidationSchema),
    ema: Type.Optional(
      Type.Object(
        {
          decay: Type.Number({
            exclusiveMinimum: 0,
            exclusiveMaximum: 1,
            description: 'Weight of the past at each step: 0.999 averages about 1,000 steps.',
          }),
        },
        {
          additionalProperties: false,
          description: 'The result is the exponential moving average of the parameters.',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'One training stage.' },
);

/** Config of one training stage. */
export type TrainStageConfig = Static<typeof TrainStageSchema>;
