import { ModelConfigSchema } from '@omnict/model';
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

/** Scenes to ask about, and the training on them. */
const SceneLessons = {
  phantoms: PhantomCounts,
  questionsPerVolume: Count,
  questionsPerSlice: Count,
  train: TrainStageSchema,
};

/** How the weights of the language model preset were made: questions about told and mapped scenes. */
export const LanguageModelRecipeSchema = Type.Object(
  {
    schema: Type.Literal('omnict/language-model-recipe@1'),
    seed: Type.Integer({ default: 1 }),
    heldOut: Type.Integer({ minimum: 1, description: 'Questions of each kind kept for scoring.' }),
    tokenizer: Type.String({ description: 'Preset or folder whose tokenizer is taken.' }),
    told: Type.Object(SceneLessons, {
      additionalProperties: false,
      description: 'Scenes told in words.',
    }),
    mapped: Type.Object(
      {
        ...SceneLessons,
        flips: Type.Number({
          minimum: 0,
          maximum: 0.5,
          description: 'Share of map entries turned around, as an encoder errs.',
        }),
        layout: Type.Pick(ModelConfigSchema, ['unshuffle', 'ose']),
        depth: Type.Integer({ minimum: 3, description: 'Slices of a volume.' }),
        gridSize: Type.Integer({ minimum: 1, description: 'Patches per side of a slice.' }),
      },
      { additionalProperties: false, description: 'Scenes as maps of phrases, one set a patch.' },
    ),
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
  },
  { additionalProperties: false },
);

/** Recipe of an encoder preset. */
export type EncoderRecipe = Static<typeof EncoderRecipeSchema>;

/** Recipe of a language model preset. */
export type LanguageModelRecipe = Static<typeof LanguageModelRecipeSchema>;
