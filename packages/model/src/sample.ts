import type { Modality } from '@omnict/core';
import { storedFloats } from '@omnict/nn';
import type { EncodedOmniCT } from './assemble';
import type { FeatureSource, ModelSample } from './batch';
import { type OrganRegion, planOrganTokens } from './organ-plan';
import { buildPrompt, type PromptSequence } from './prompt';

/** What is asked and answered. */
interface SampleText {
  modality: Modality;
  question: string;
  /** Earlier turns of the dialogue, oldest first. */
  history?: readonly { question: string; answer: string }[] | undefined;
  /** For training. */
  answer?: string | undefined;
}

/** A question about an encoded image, ready to become a sample. */
export interface SampleInput extends SampleText {
  id: string;
  /** Names the image among the samples; questions with one name share what is computed of it. */
  image?: string | undefined;
  /** Features of the image `[Ns * H' * W' * dv]`; not used by a model without vision. */
  features: Float32Array | FeatureSource | undefined;
  /** Organ asked about, when a mask is there. */
  region: OrganRegion | undefined;
}

/** How long a sample may be. */
export interface SampleLength {
  /** Longest sequence. Default: the language model's. */
  maxTokens?: number | undefined;
  /** Leaves out text of what is longer. Default: it is refused. */
  truncate?: boolean | undefined;
}

/** Brings a question into the model's form. @throws ConfigError when it is too long. */
export function createSample(
  omnict: EncodedOmniCT,
  input: SampleInput,
  length?: SampleLength,
): ModelSample {
  return planSample(omnict, input, sampleSequence(omnict, input, length));
}

/** Words of a question, the part of a sample that needs no image. @throws ConfigError when too long. */
export function sampleSequence(
  { config, layouts, language, model }: EncodedOmniCT,
  { modality, question, answer, history = [] }: SampleText,
  { maxTokens = Infinity, truncate }: SampleLength = {},
): PromptSequence {
  const layout = config.model.vision ? layouts[modality] : undefined;
  return buildPrompt(
    {
      chat: language.chat,
      layout,
      modality,
      truncate,
      maxTokens: Math.min(maxTokens, model.llm.maxPositions),
    },
    [...history, { question, answer }],
  );
}

/** Adds image and organ tokens to the words of a question. */
export function planSample(
  { config, layouts }: Pick<EncodedOmniCT, 'config' | 'layouts'>,
  { modality, features, region, id, image }: Omit<SampleInput, 'question' | 'history' | 'answer'>,
  sequence: PromptSequence,
): ModelSample {
  const layout = config.model.vision ? layouts[modality] : undefined;
  const text = { modality, sequence };
  if (layout === undefined) return { ...text, features: undefined, plan: undefined };
  const plan = planOrganTokens({ model: config.model, layout, modality }, region, id);
  const source = features instanceof Float32Array ? storedFloats(features) : features;
  return { ...text, features: source, plan, image };
}
