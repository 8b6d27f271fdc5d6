import { type Static, Type } from '@sinclair/typebox';
import { SPLITS } from '@omnict/core';

const share = (value: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: value, description });
const count = (value: number, description: string) =>
  Type.Integer({ minimum: 0, default: value, description });
const closed = { additionalProperties: false, default: {} };

/**
 * Limits of the Corpus Selector. ASSUMPTION: the paper gives no numbers. All of VQA-RAD's CT images
 * and the CT series of our tests lie within these; docs/curation.md shows how far.
 */
export const SelectOptionsSchema = Type.Object(
  {
    minimumSide: count(224, 'Least pixels of the shorter side of a plane.'),
    minimumPlanes: count(8, 'Least planes of a volume.'),
    maximumBlur: share(0.6, 'Largest blur effect; 0 is sharp, 1 blurred.'),
    maximumNoiseHu: Type.Number({
      minimum: 0,
      default: 120,
      description: 'Largest standard deviation of noise, HU.',
    }),
    minimumContrastHu: Type.Number({
      minimum: 0,
      default: 300,
      description: 'Least HU between the 1st and the 99th percentile.',
    }),
    minimumSoftTissue: share(0.05, 'Least share of pixels of -200 to 300 HU, where HU are known.'),
    maximumMetal: share(0.01, 'Largest share of pixels above 2500 HU, where HU are known.'),
    maximumWhite: share(0.3, 'Largest share of white pixels of pictures.'),
    maximumColoured: share(0.05, 'Largest share of coloured pixels of pictures.'),
  },
  { ...closed, description: 'Corpus Selector.' },
);

/** Options of the Integrity Verifier. */
export const VerifyOptionsSchema = Type.Object(
  {
    minimumOrganVoxels: count(10, 'Voxels from which on an organ counts as in the image.'),
  },
  { ...closed, description: 'Integrity Verifier.' },
);

/** Options of the Task Mapper. */
export const MapOptionsSchema = Type.Object(
  {
    trustedSources: Type.Array(Type.String(), {
      default: ['phantom-ct', 'phantom-ct-2'],
      description: 'Sources whose labels are known by construction and kept.',
    }),
  },
  { ...closed, description: 'Task Mapper.' },
);

/** Options of the Semantic Refiner. */
export const RefineOptionsSchema = Type.Object(
  {
    splits: Type.Array(Type.Union(SPLITS.map((split) => Type.Literal(split))), {
      default: ['test'],
      description: 'Parts that are rewritten; the paper rewrites test questions.',
    }),
    sliceOptions: Type.Integer({
      minimum: 2,
      maximum: 26,
      default: 6,
      description: 'Options of a question about a slice.',
    }),
    volumeOptions: Type.Integer({
      minimum: 2,
      maximum: 26,
      default: 4,
      description: 'Options of a question about a volume.',
    }),
    choicesFromShortAnswers: Type.Boolean({
      default: true,
      description: 'Make multiple choice of short answers where enough wrong options are known.',
    }),
  },
  { ...closed, description: 'Semantic Refiner.' },
);

/** Options of a stage. */
export type SelectOptions = Static<typeof SelectOptionsSchema>;
/** Options of a stage. */
export type VerifyOptions = Static<typeof VerifyOptionsSchema>;
/** Options of a stage. */
export type MapOptions = Static<typeof MapOptionsSchema>;
/** Options of a stage. */
export type RefineOptions = Static<typeof RefineOptionsSchema>;
