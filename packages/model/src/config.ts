import { COMPOSITIONS } from '@omnict/encoding';
import { ASSUMPTIONS } from '@omnict/io';
import { PROJECTIONS } from '@omnict/projector';
import { type Static, Type } from '@sinclair/typebox';

/** Positive even width of one axis's positional encoding. */
const EncodingWidth = Type.Integer({ minimum: 2, multipleOf: 2 });

/** An OmniCT model: which parts, and the paper's settings for them. */
export const ModelConfigSchema = Type.Object(
  {
    encoder: Type.String({
      description: 'Frozen vision encoder: a preset name or a Hugging Face folder.',
    }),
    volumeEncoder: Type.Optional(
      Type.String({
        description:
          'Another frozen encoder for volumes, as in Table 10: slices and volumes then have a tower each. See prepare.volumeSize.',
      }),
    ),
    llm: Type.String({
      description: 'Language model to start from: a preset name or a Hugging Face folder.',
    }),
    projector: Type.Optional(
      Type.String({
        description:
          "Projection weights to start from, as the released model has them: a preset name or a folder with 'sce-on', 'sce-off' and more, which must fit encoder, language model, tpe, unshuffle and projectorWidth. Random when absent.",
      }),
    ),
    vision: Type.Boolean({
      default: true,
      description:
        'False trains the same language model on the questions alone: the no-image baseline.',
    }),
    sce: Type.Optional(
      Type.Boolean({
        description:
          'Short form of the parts of Spatial Consistency Enhancement. True: composition compose, tpe on; false: composition sample, tpe off; the projection is moe-hybrid either way, as in Table 1. Without it each part has its own key, and all are on by default.',
      }),
    ),
    composition: Type.Optional(
      Type.Union(
        COMPOSITIONS.map((name) => Type.Literal(name)),
        {
          description:
            "How a volume's slices become units of a 2D encoder: three neighbours as channels (compose), the middle one of each three repeated (sample), or every slice repeated, which makes three times the tokens (replicate).",
        },
      ),
    ),
    projection: Type.Optional(
      Type.Union(
        PROJECTIONS.map((name) => Type.Literal(name)),
        {
          description:
            'How tokens are aligned with the language model: an expert for each modality and a shared matrix (moe-hybrid), all matrices shared, or none (separate).',
        },
      ),
    ),
    tpe: Type.Object(
      {
        depthWidth: EncodingWidth,
        heightWidth: EncodingWidth,
        widthWidth: EncodingWidth,
        base: Type.Number({ exclusiveMinimum: 1 }),
        enabled: Type.Optional(
          Type.Boolean({ description: 'Whether tokens get it; `tpe: false` is short for it.' }),
        ),
      },
      {
        additionalProperties: false,
        default: { depthWidth: 64, heightWidth: 64, widthWidth: 64, base: 10000 },
        description:
          'Widths d_z, d_y, d_x of the tri-axial embedding (Eq. 2) and its frequency base.',
      },
    ),
    unshuffle: Type.Object(
      { slice: Type.Integer({ minimum: 1 }), volume: Type.Integer({ minimum: 1 }) },
      {
        additionalProperties: false,
        default: { slice: 1, volume: 3 },
        description: 'Block side m of the token unshuffle (Eq. 3).',
      },
    ),
    projectorWidth: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          "Width between the MoE projection's experts and its shared matrix (Eq. 4); the language model's own when absent. A narrow language model needs more.",
      }),
    ),
    ose: Type.Object(
      {
        strategy: Type.String({
          default: 'adaptive',
          examples: ['none', 'native', 'random', 'adaptive'],
          description: 'ROI strategy of Table 11, or one that a component registered.',
        }),
        tokens2d: Type.Integer({ minimum: 1, default: 81, description: 'm_2D of Table 12.' }),
        tokens3d: Type.Integer({ minimum: 1, default: 90, description: 'm_3D of Table 12.' }),
        pooling: Type.Optional(
          Type.Union([Type.Literal('box'), Type.Literal('organ')], {
            description:
              "What an organ token is made of where its cell of the organ's box holds no organ: all tokens of the cell (box), or the organ's nearest, as Eq. 5 aggregates the organ's tokens alone (organ). Default box.",
          }),
        ),
      },
      {
        additionalProperties: false,
        default: { strategy: 'adaptive', tokens2d: 81, tokens3d: 90 },
        description: 'Organ-level Semantic Enhancement.',
      },
    ),
  },
  { additionalProperties: false, description: 'An OmniCT model.' },
);

/** Config of an OmniCT model. */
export type ModelConfig = Static<typeof ModelConfigSchema>;

/** How image files are read, as `omnict inspect`'s options say it. */
export const ReadOptionsSchema = Type.Object(
  {
    series: Type.Optional(
      Type.String({ description: 'Which CT series of a DICOM folder; see inspect --list-series.' }),
    ),
    onMissingSlice: Type.Optional(
      Type.Union([Type.Literal('resample'), Type.Literal('warn'), Type.Literal('refuse')], {
        description: 'What to do about gaps between slices; default resample.',
      }),
    ),
    onTilt: Type.Optional(
      Type.Union([Type.Literal('shear'), Type.Literal('refuse')], {
        description: 'What to do about a tilted gantry; default shear.',
      }),
    ),
    assume: Type.Optional(
      Type.Union(
        ASSUMPTIONS.map((unit) => Type.Literal(unit)),
        { description: 'What values are, where the file does not say or says wrongly.' },
      ),
    ),
  },
  { additionalProperties: false, description: 'How image files are read.' },
);

/** How raw CT becomes the encoder's input. */
export const PrepareConfigSchema = Type.Object(
  {
    window: Type.Tuple([Type.Number(), Type.Number()], {
      default: [-1000, 1000],
      description: 'Hounsfield window, mapped to [-1, 1] (App. E).',
    }),
    size: Type.Tuple(
      [Type.Integer({ minimum: 3 }), Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })],
      {
        default: [32, 384, 384],
        description:
          'Depth, height and width that volumes are resampled to; slices get the last two.',
      },
    ),
    volumeSize: Type.Optional(
      Type.Tuple(
        [Type.Integer({ minimum: 3 }), Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })],
        {
          description: 'Size of volumes, where model.volumeEncoder takes another one than slices.',
        },
      ),
    ),
    read: Type.Optional(ReadOptionsSchema),
  },
  { additionalProperties: false, description: 'How CT is prepared.' },
);

/** Config of the preparation. */
export type PrepareConfig = Static<typeof PrepareConfigSchema>;
