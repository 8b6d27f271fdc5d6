import { formatAnswer, formatQuestion, type Question } from '@omnict/core';
import { structuresAsked } from '@omnict/io';
import type { EncodedOmniCT } from '../assemble';
import type { FeatureSource, ModelSample } from '../batch';
import type { OrganRegion } from '../organ-plan';
import type { PromptSequence } from '../prompt';
import { planSample, type SampleLength, sampleSequence } from '../sample';

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
 * options stand in the question, earlier turns are turns of their own, the organs are
 * those of {@link structuresAsked}.
 *
 * @param length longest sequence, and whether text of a longer one may be left out
 * @throws ConfigError when it is longer
 */
export function recordSample(
  omnict: EncodedOmniCT,
  record: SampleRecord,
  image: SampleImage,
  length?: SampleLength,
): ModelSample {
  return planRecord(omnict, record, image, recordSequence(omnict, record, length));
}

/** The words of {@link recordSample}, which need no image. @throws ConfigError when too long */
export function recordSequence(
  omnict: EncodedOmniCT,
  record: SampleRecord,
  length?: SampleLength,
): PromptSequence {
  const { modality, options, history, answer } = record;
  const text = {
    modality,
    question: formatQuestion(record),
    history,
    answer: answer === undefined ? undefined : formatAnswer({ options, answer }),
  };
  return sampleSequence(omnict, text, length);
}

/** Adds the image to the words of {@link recordSample}. */
export function planRecord(
  omnict: EncodedOmniCT,
  record: Omit<SampleRecord, 'answer'>,
  { name, features, mask }: SampleImage,
  sequence: PromptSequence,
): ModelSample {
  const { id, modality } = record;
  const { labels } = structuresAsked(record);
  const region = mask === undefined || labels.length === 0 ? undefined : { mask, labels };
  return planSample(omnict, { id, image: name, modality, features, region }, sequence);
}
