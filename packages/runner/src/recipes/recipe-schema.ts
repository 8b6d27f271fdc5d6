import { TrainStageSchema } from '@omnict/train';
import { type Static, Type } from '@sinclair/typebox';

const Count = Type.Integer({ minimum: 1 });

/** Phantoms that a recipe learns from; none of them is in a PhantomCT dataset. */
const PhantomCounts = Type.Object(
  { slices: Type.Integer({ minimum: 0 }), volumes: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);

/** How the weights of the encoder preset were made: region-phrase contrast on phantoms. */
export const EncoderRecipeSchema = Type.Object(
  {
    schema: Type.Literal('omnict/encoder-recipe@1'),
    seed: Type.Integer({ default: 1 }),
    phantoms: PhantomCounts,
    depth: Type.Integer({ minimum: 3, description: 'Slices that volumes are resampled to.' }),
    encoder: Type.Object(
      {
        imageSize: Count,
        patchSize: Count,
        hiddenSize: Count,
        intermediateSize: Count,
        numHiddenLayers: Count,
        numAttentionHeads: Count,
        layerNormEps: Type.Number({ exclusiveMinimum: 0, default: 1e-6 }),
      },
      { additionalProperties: false, description: 'Sizes as in a SigLIP config.json.' },
    ),
    embeddingDim: Type.Integer({ minimum: 1, description: 'Width of the space shared with text.' }),
    train: TrainStageSchema,
  },
  { additionalProperties: false },
);

/** How the weights of the language model preset were made: questions about written-out scenes. */
export const LanguageModelRecipeSchema = Type.Object(
  {
    schema: Type.Literal('omnict/language-model-recipe@1'),
    seed: Type.Integer({ default: 1 }),
    phantoms: Type.Integer({ minimum: 2, description: 'Half slices, half volumes.' }),
    questionsPerVolume: Count,
    questionsPerSlice: Count,
    heldOut: Type.Integer({ minimum: 1, description: 'Questions kept to score the result.' }),
    tokenizer: Type.String({ description: 'Preset or folder whose tokenizer is taken.' }),
    languageModel: Type.Object(
      {
        hiddenSize: Count,
        intermediateSize: Count,
        numHiddenLayers: Count,
        numAttentionHeads: Count,
        numKeyValueHeads: Count,
        maxPositionEmbeddings: Count,
        ropeTheta: Type.Number({ exclusiveMinimum: 0, default: 10000 }),
        rmsNormEps: Type.Number({ exclusiveMinimum: 0, default: 1e-6 }),
        tieWordEmbeddings: Type.Boolean({ default: true }),
      },
      { additionalProperties: false, description: 'Sizes as in a Qwen2 config.json.' },
    ),
    train: TrainStageSchema,
  },
  { additionalProperties: false },
);

/** Recipe of an encoder preset. */
export type EncoderRecipe = Static<typeof EncoderRecipeSchema>;

/** Recipe of a language model preset. */
export type LanguageModelRecipe = Static<typeof LanguageModelRecipeSchema>;
