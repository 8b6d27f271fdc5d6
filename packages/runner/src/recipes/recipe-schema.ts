import { ModelConfigSchema, PrepareConfigSchema } from '@omnict/model';
import { PHANTOM_SKILLS } from '@omnict/phantom';
import { TrainStageSchema } from '@omnict/train';
import { type Static, Type } from '@sinclair/typebox';

const Count = Type.Integer({ minimum: 1 });

const Share = Type.Number({ minimum: 0, maximum: 1 });

/** Least scores that `omnict pretrain --check` asks of the weights, by the scores' names. */
const Gates = Type.Optional(
  Type.Record(Type.String(), Share, {
    description: 'Least scores of the weights, by name; `--check` says which are missed.',
  }),
);

/** How the weights of the encoder preset were made: phrases of regions, on a stream of phantoms. */
export const EncoderRecipeSchema = Type.Object(
  {
    schema: Type.Literal('omnict/encoder-recipe@2'),
    seed: Type.Integer({ default: 1 }),
    gates: Gates,
    window: Type.Tuple([Type.Number(), Type.Number()], {
      description:
        'HU that become -1 and 1: as `prepare.window` of the specs that use the encoder.',
    }),
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
    stream: Type.Object(
      {
        depth: Type.Integer({ minimum: 3, description: 'Slices that volumes are resampled to.' }),
        pool: Type.Integer({ minimum: 1, description: 'Phantoms in memory at a time.' }),
        renew: Type.Integer({ minimum: 0, description: 'Phantoms replaced at each step.' }),
        crowded: Share,
        composed: Share,
        rejectEmpty: Share,
      },
      { additionalProperties: false, description: 'Units that are trained on.' },
    ),
    phases: Type.Array(
      Type.Object(
        {
          units: Type.Integer({ minimum: 1, description: 'Units seen.' }),
          patches: Type.Optional(
            Type.Integer({
              minimum: 1,
              description: 'Patches of each unit that are trained on, those with findings first.',
            }),
          ),
          train: TrainStageSchema,
        },
        { additionalProperties: false },
      ),
      { minItems: 1, description: 'One after another, each with its own schedule.' },
    ),
  },
  { additionalProperties: false },
);

const SceneSupply = {
  imageSize: Count,
  pool: Type.Object(
    { slices: Count, volumes: Count },
    { additionalProperties: false, description: 'Scenes in memory at a time.' },
  ),
  renew: Type.Object(
    { slices: Type.Number({ minimum: 0 }), volumes: Type.Number({ minimum: 0 }) },
    { additionalProperties: false, description: 'Scenes replaced at each step, on average.' },
  ),
};

/** How the weights of the language model preset were made: questions about maps of regions. */
export const LanguageModelRecipeSchema = Type.Object(
  {
    schema: Type.Literal('omnict/language-model-recipe@2'),
    seed: Type.Integer({ default: 1 }),
    gates: Gates,
    tokenizer: Type.String({ description: 'Preset or folder whose tokenizer is taken.' }),
    scenes: Type.Object(
      {
        depth: Type.Integer({ minimum: 3, description: 'Slices of a volume.' }),
        patches: Type.Integer({ minimum: 1, description: 'Patches per side of a slice.' }),
        ...SceneSupply,
        questionsPerSlice: Count,
        questionsPerVolume: Count,
        test: Type.Object(
          { slices: Count, volumes: Count },
          { additionalProperties: false, description: 'Scenes to be examined on.' },
        ),
      },
      { additionalProperties: false },
    ),
    lessons: Type.Array(
      Type.Object(
        {
          steps: Count,
          unshuffle: ModelConfigSchema.properties.unshuffle,
          layouts: Type.Array(
            Type.Object(
              { places: Type.Boolean(), ose: ModelConfigSchema.properties.ose },
              { additionalProperties: false },
            ),
            { minItems: 1, description: 'One is drawn for each step.' },
          ),
          questionsPerImage: Count,
          skills: Type.Optional(
            Type.Array(Type.Union(PHANTOM_SKILLS.map(({ name }) => Type.Literal(name))), {
              minItems: 1,
              description: 'What is asked for; everything but reports when absent.',
            }),
          ),
          scenes: Type.Optional(
            Type.Partial(Type.Object(SceneSupply), {
              additionalProperties: false,
              description:
                "In place of the recipe's: rare skills need more scenes, lest they be learnt by heart.",
            }),
          ),
          modalities: Type.Array(Type.Union([Type.Literal('slice'), Type.Literal('volume')]), {
            minItems: 1,
            uniqueItems: true,
            default: ['slice', 'volume'],
            description: 'What is asked about, in equal shares.',
          }),
          keepsWords: Type.Boolean({
            default: false,
            description:
              'Whether embeddings stay as they are: region tokens are made of them, so that projection weights stay aligned.',
          }),
          noise: Type.Number({
            minimum: 0,
            maximum: 1,
            description: 'How unsure regions are, as an encoder errs.',
          }),
          train: TrainStageSchema,
        },
        { additionalProperties: false },
      ),
      { minItems: 1, description: 'One after another: from few tokens to many.' },
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

const { encoder, llm, tpe, unshuffle, projectorWidth, composition, projection } =
  ModelConfigSchema.properties;

/** How projection weights were made: aligned to region tokens, on a stream of phantoms. */
export const ProjectorRecipeSchema = Type.Object(
  {
    schema: Type.Literal('omnict/projector-recipe@1'),
    seed: Type.Integer({ default: 1 }),
    model: Type.Object(
      { encoder, llm, tpe, unshuffle, projectorWidth },
      { additionalProperties: false, description: 'As `model` of the specs that use the weights.' },
    ),
    prepare: PrepareConfigSchema,
    sce: Type.Array(Type.Boolean(), {
      minItems: 1,
      default: [false, true],
      description: 'Weights are made for each: they have other inputs.',
    }),
    settings: Type.Optional(
      Type.Array(
        Type.Object(
          { composition, projection, tpe: Type.Optional(Type.Boolean()) },
          { additionalProperties: false },
        ),
        {
          minItems: 1,
          description:
            'Parts of SCE that weights are made for, in place of `sce`: as the keys of `model` in specs, what is absent being on.',
        },
      ),
    ),
    stream: Type.Object(
      {
        pool: Type.Object({ slices: Count, volumes: Count }, { additionalProperties: false }),
        renew: Type.Object({ slices: Count, volumes: Count }, { additionalProperties: false }),
        crowded: Share,
      },
      {
        additionalProperties: false,
        description: 'Phantoms in memory at a time, and replaced at each step.',
      },
    ),
    test: Type.Object(
      { slices: Count, volumes: Count },
      {
        additionalProperties: false,
        default: { slices: 80, volumes: 40 },
        description: 'Phantoms that the weights are tested on.',
      },
    ),
    steps: Count,
    train: TrainStageSchema,
  },
  { additionalProperties: false },
);

/** Recipe of projection weights. */
export type ProjectorRecipe = Static<typeof ProjectorRecipeSchema>;

/** Recipe of an encoder preset. */
export type EncoderRecipe = Static<typeof EncoderRecipeSchema>;

/** Recipe of a language model preset. */
export type LanguageModelRecipe = Static<typeof LanguageModelRecipeSchema>;
