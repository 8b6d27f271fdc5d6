import { loadProjection } from './projection-folder';
import type { EncoderShape } from '@omnict/encoding';
import {
  addSpecialTokens,
  type LanguageModelBundle,
  loadLanguageModel,
  SPECIAL_TOKENS,
} from '@omnict/llm';
import { Random } from '@omnict/core';
import type { ModelConfig, PrepareConfig } from './config';
import { OmniCTModel, type VisualLayouts } from './omnict-model';
import { requireFittingImages, visualLayouts } from './token-budget';
import { type ByModality, loadTowerShapes } from './towers';

/**
 * An OmniCT model behind its frozen encoder: answers questions about images whose features are there.
 * Of its encoders it knows the shapes; {@link openOmniCT} adds the encoders themselves.
 */
export interface OmniCT {
  config: { model: ModelConfig; prepare: PrepareConfig };
  /** The same shape twice, unless volumes have an encoder of their own. */
  encoders: ByModality<EncoderShape>;
  layouts: VisualLayouts;
  language: LanguageModelBundle;
  model: OmniCTModel;
}

/** What answering takes, whoever computed the features. */
export type EncodedOmniCT = Omit<OmniCT, 'encoders'>;

/**
 * Builds a model from its config: the language model from its folder, a new projector that fits the
 * frozen encoder. A language model that lacks OmniCT's special tokens gets them.
 *
 * @param seed of the projector's initial values and of new tokens'
 * @throws ConfigError when parts do not fit each other; errors of the loaders
 */
export async function createOmniCT(config: OmniCT['config'], seed: number): Promise<OmniCT> {
  const encoders = await loadTowerShapes(config);
  const published = await loadLanguageModel(config.model.llm);
  const random = new Random(`special-tokens/${seed}`);
  const language = addSpecialTokens(published, SPECIAL_TOKENS, random);
  const omnict = assemble(config, { encoders, language, seed });
  if (config.model.vision) await loadProjection(omnict.model.projector, config.model);
  return omnict;
}

/** Joins loaded parts. @throws ConfigError when image size and encoder differ. */
export function assemble(
  config: OmniCT['config'],
  {
    encoders,
    language,
    seed,
  }: { encoders: ByModality<EncoderShape>; language: LanguageModelBundle; seed: number },
): OmniCT {
  requireFittingImages(config, encoders);
  const layouts = visualLayouts(config, encoders);
  const model = new OmniCTModel({
    config: config.model,
    layouts,
    featureDims: { slice: encoders.slice.outputDim, volume: encoders.volume.outputDim },
    llm: language.model,
    random: new Random(`projector/${seed}`),
  });
  return { config, encoders, layouts, language, model };
}

/** Frees all parts. */
export function disposeOmniCT({ model }: OmniCT): void {
  model.dispose();
}
