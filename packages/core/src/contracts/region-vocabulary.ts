import { type Static, Type } from '@sinclair/typebox';

/** What the values of label maps and findings maps mean: `regions.json` beside a dataset's records. */
export const RegionVocabularySchema = Type.Object(
  {
    phrases: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 1000,
      description: 'What a region of an image can show, in the words of the questions.',
    }),
    organs: Type.Integer({
      minimum: 0,
      description: 'Number of phrases that name organs; they come first.',
    }),
    ofLabel: Type.Array(Type.Integer({ minimum: -1 }), {
      maxItems: 256,
      description: "Index of the organ's phrase of each label value, -1 for none.",
    }),
    ofFinding: Type.Array(Type.Array(Type.Integer({ minimum: 0 })), {
      maxItems: 256,
      description: 'Indices of the phrases of each findings value, from 0.',
    }),
  },
  { additionalProperties: false, description: 'Phrases that describe regions of a dataset.' },
);

/** Phrases that describe regions, and the map values that stand for them. */
export type RegionVocabulary = Static<typeof RegionVocabularySchema>;
