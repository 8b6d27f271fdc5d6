import type { Modality } from '@omnict/core';
import { storedFloats } from '@omnict/nn';
import type { EncodedOmniCT } from './assemble';
import type { FeatureSource, ModelSample } from './batch';
import { type OrganRegion, planOrganTokens } from './organ-plan';
import { buildPrompt } from './prompt';

/** A question about an encoded image, ready to become a sample. */
export interface SampleInput {
  id: string;
  /** Names the image among the samples; questions with one name share what is computed of it. */
  image?: string | undefined;
  modality: Modality;
  question: string;
  /** Earlier turns of the dialogue, oldest first. */
  history?: readonly { question: string; answer: string }[] | undefined;
  /** For training. */
  answer?: string | undefined;
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
  { maxTokens = Infinity, truncate }: SampleLength = {},
): ModelSample {
  const { config, layouts, language, model } = omnict;
  const { modality, question, answer, history = [], region, id, image } = input;
  const layout = config.model.vision ? layouts[modality] : undefined;
  const sequence = buildPrompt(
    {
      chat: language.chat,
      layout,
      modality,
      truncate,
      maxTokens: Math.min(maxTokens, model.llm.maxPositions),
    },
    [...history, { question, answer }],
  );
  const text = { modality, sequence };
  if (layout === undefined) return { ...text, features: undefined, plan: undefined };
  const plan = planOrganTokens({ model: config.model, layout, modality }, region, id);
  const { features } = input;
  const source = features instanceof Float32Array ? storedFloats(features) : features;
  return { ...text, features: source, plan, image };
}
