import { ConfigError, schemaCheck } from '@omnict/core';
import { type Static, Type } from '@sinclair/typebox';

/** File formats that images are written in; masks are always NIfTI. */
export const IMAGE_FORMATS = ['nifti', 'dicom', 'png'] as const;

/** One of the formats. */
export type ImageWriteFormat = (typeof IMAGE_FORMATS)[number];

const SplitSchema = Type.Object(
  {
    slices: Type.Integer({ minimum: 0, default: 0 }),
    volumes: Type.Integer({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false, description: 'Images of a split; each is a phantom of its own.' },
);

/** Everything that decides what a PhantomCT 2 dataset holds, byte for byte. */
export const PhantomCt2ConfigSchema = Type.Object(
  {
    seed: Type.Integer({ default: 1 }),
    train: SplitSchema,
    validation: Type.Optional(SplitSchema),
    test: SplitSchema,
    size: Type.Array(Type.Integer({ minimum: 16, maximum: 1024 }), {
      minItems: 3,
      maxItems: 3,
      default: [32, 128, 128],
      description: 'Depth, height and width of a volume, voxels; slices have the last two.',
    }),
    format: Type.Union(
      IMAGE_FORMATS.map((format) => Type.Literal(format)),
      { default: 'nifti', description: 'File format of images.' },
    ),
    questionsPerVolume: Type.Integer({ minimum: 1, maximum: 64, default: 8 }),
    questionsPerSlice: Type.Integer({ minimum: 1, maximum: 64, default: 3 }),
    followUps: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.25,
      description: 'Share of volumes that have an earlier scan of the same patient.',
    }),
  },
  { additionalProperties: false, description: 'Size and form of PhantomCT 2.' },
);

/** Config of a PhantomCT 2 dataset. */
export type PhantomCt2Config = Static<typeof PhantomCt2ConfigSchema>;

const validate = schemaCheck<PhantomCt2Config>(PhantomCt2ConfigSchema, { fillDefaults: true });

/**
 * A config with what was left out filled in.
 *
 * @throws ConfigError naming every field that does not fit
 */
export function phantomCt2Config(value: unknown): PhantomCt2Config {
  const config: unknown = structuredClone(value);
  if (validate(config)) return config;
  const problems = (validate.errors ?? []).map(
    ({ instancePath, message }) =>
      `${instancePath.slice(1).replaceAll('/', '.') || 'config'} ${message}`,
  );
  throw new ConfigError(
    `phantom-ct-2: ${problems.join('; ')}; see 'omnict data phantom --help' for what is expected`,
  );
}
