import { loadProjection } from './projection-folder';
import { type EncoderShape, featureGrid, loadEncoderShape } from '@omnict/encoding';
import {
  addSpecialTokens,
  type LanguageModelBundle,
  loadLanguageModel,
  SPECIAL_TOKENS,
} from '@omnict/llm';
import { Random } from '@omnict/core';
import type { ModelConfig, PrepareConfig } from './config';
import { visualLayout } from './layout';
import { OmniCTModel, type VisualLayouts } from './omnict-model';
import { requireFittingImages } from './token-budget';

/**
 * An OmniCT model behind its frozen encoder: answers questions about images whose features are there.
 * Of the encoder it knows the shape; {@link openOmniCT} adds the encoder itself.
 */
export interface OmniCT {
  config: { model: ModelConfig; prepare: PrepareConfig };
  encoder: EncoderShape;
  layouts: VisualLayouts;
  language: LanguageModelBundle;
  model: OmniCTModel;
}

/** What answering takes, whoever computed the features. */
export type EncodedOmniCT = Omit<OmniCT, 'encoder'>;

/**
 * Builds a model from its config: the language model from its folder, a new projector that fits the
 * frozen encoder. A language model that lacks OmniCT's special tokens gets them.
 *
 * @param seed of the projector's initial values and of new tokens'
 * @throws ConfigError when parts do not fit each other; errors of the loaders
 */
export async function createOmniCT(config: OmniCT['config'], seed: number): Promise<OmniCT> {
  const encoder = await loadEncoderShape(config.model.encoder, config.prepare.size);
  const published = await loadLanguageModel(config.model.llm);
  const random = new Random(`special-tokens/${seed}`);
  const language = addSpecialTokens(published, SPECIAL_TOKENS, random);
  const omnict = assemble(config, { encoder, language, seed });
  if (config.model.vision) await loadProjection(omnict.model.projector, config.model);
  return omnict;
}

/** Joins loaded parts. @throws ConfigError when image size and encoder differ. */
export function assemble(
  config: OmniCT['config'],
  {
    encoder,
    language,
    seed,
  }: { encoder: EncoderShape; language: LanguageModelBundle; seed: number },
): OmniCT {
  requireFittingImages(config, encoder);
  const layoutConfig = {
    model: config.model,
    features: featureGrid(encoder, config.prepare.size[0]),
  };
  const layouts = {
    slice: visualLayout(layoutConfig, 'slice'),
    volume: visualLayout(layoutConfig, 'volume'),
  };
  const model = new OmniCTModel({
    config: config.model,
    layouts,
    featureDim: encoder.outputDim,
    llm: language.model,
    random: new Random(`projector/${seed}`),
  });
  return { config, encoder, layouts, language, model };
}

/** Frees all parts. */
export function disposeOmniCT({ model }: OmniCT): void {
  model.dispose();
}
