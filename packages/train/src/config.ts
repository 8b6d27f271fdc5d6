import { type Static, Type } from '@sinclair/typebox';

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
          'Samples per forward and backward pass; must divide batchSize. Default: batchSize.',
      }),
    ),
    warmupRatio: Type.Number({ minimum: 0, maximum: 1, default: 0.03 }),
    weightDecay: Type.Number({ minimum: 0, default: 0 }),
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
  },
  { additionalProperties: false, description: 'One training stage.' },
);

/** Config of one training stage. */
export type TrainStageConfig = Static<typeof TrainStageSchema>;
