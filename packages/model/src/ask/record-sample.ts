import {
  formatAnswer,
  formatQuestion,
  ORGAN_CLASS_LABELS,
  ORGAN_CLASSES,
  type Question,
} from '@omnict/core';
import type { EncodedOmniCT } from '../assemble';
import type { FeatureSource, ModelSample } from '../batch';
import type { OrganRegion } from '../organ-plan';
import { createSample } from '../sample';

/** What a model reads of a record: a question of a data set, of an evaluation or of a user. */
export type SampleRecord = Pick<
  Question,
  'id' | 'modality' | 'question' | 'options' | 'history' | 'organ' | 'organLabels'
> & {
  /** For training. */
  answer?: string;
};

/** The image that a record asks about, prepared. */
export interface SampleImage {
  /** Names the image among the samples. */
  name?: string | undefined;
  /** Absent for a model without vision. */
  features: Float32Array | FeatureSource | undefined;
  /** Prepared label map; absent where there is none. */
  mask?: OrganRegion['mask'] | undefined;
}

/**
 * Makes a record into a sample, the one way for training, sweeps, evaluations and single questions:
 * earlier turns and options stand in the question, the organ is that of `organLabels`, else that of the
 * record's class.
 *
 * @throws ConfigError when the question is longer than the language model's context
 */
export function recordSample(
  omnict: EncodedOmniCT,
  record: SampleRecord,
  { name, features, mask }: SampleImage,
): ModelSample {
  const { id, modality, options, answer } = record;
  const labels = labelsOf(record);
  return createSample(omnict, {
    ...{ id, image: name, modality, question: formatQuestion(record), features },
    answer: answer === undefined ? undefined : formatAnswer({ options, answer }),
    region: mask === undefined || labels === undefined ? undefined : { mask, labels },
  });
}

/** Label values that a record asks about; undefined when it names no organ. */
function labelsOf({ organ, organLabels }: SampleRecord): readonly number[] | undefined {
  if (organLabels !== undefined) return organLabels;
  const known = ORGAN_CLASSES.find((name) => name === organ);
  return known === undefined ? undefined : ORGAN_CLASS_LABELS[known];
}
