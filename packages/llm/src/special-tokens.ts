import type { Modality } from '@omnict/core';

/** Turn markers of ChatML, the template of models that bring none. */
export const TURN_TOKENS: readonly string[] = ['<|im_start|>', '<|im_end|>'];

/** Around the organ tokens, of slices and volumes alike. */
const ORGAN_START = '<|organ_start|>';
const ORGAN_END = '<|organ_end|>';

/** Tokens of the published MedEval-CT rows, for one modality. */
export interface VisualTokens {
  /** Stands for the L global tokens. */
  image: string;
  /** Stands for the Lc organ tokens. */
  organ: string;
  /** What comes before and after each. */
  imageStart: string;
  imageEnd: string;
  organStart: string;
  organEnd: string;
}

/** The special tokens of the released training rows (Hugging Face `Alibaba-DAMO-Academy/OmniCT-3B`). */
export const VISUAL_TOKENS: Readonly<Record<Modality, VisualTokens>> = {
  slice: visualTokens('2d'),
  volume: visualTokens('3d'),
};

/** All special tokens that OmniCT adds to a vocabulary, in this order. */
export const SPECIAL_TOKENS: readonly string[] = [
  ...new Set(
    Object.values(VISUAL_TOKENS).flatMap((tokens) => Object.values<string>({ ...tokens })),
  ),
];

function visualTokens(dimension: '2d' | '3d'): VisualTokens {
  return {
    image: `<|image${dimension}|>`,
    organ: `<|mask${dimension}|>`,
    imageStart: `<|image${dimension}_start|>`,
    imageEnd: `<|image${dimension}_end|>`,
    organStart: ORGAN_START,
    organEnd: ORGAN_END,
  };
}
