import { loadProjection } from './projection-folder';
import { featureGrid, loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import { type LanguageModelBundle, loadLanguageModel } from '@omnict/llm';
import { Random } from '@omnict/core';
import type { ModelConfig, PrepareConfig } from './config';
import { visualLayout } from './layout';
import { OmniCTModel, type VisualLayouts } from './omnict-model';
import { requireFittingImages } from './token-budget';

/** An OmniCT model with all it takes to answer questions about images. */
export interface OmniCT {
  config: { model: ModelConfig; prepare: PrepareConfig };
  encoder: VisionEncoder;
  layouts: VisualLayouts;
  language: LanguageModelBundle;
  model: OmniCTModel;
}

/** What answers once features are there: all but the encoder. */
export type EncodedOmniCT = Omit<OmniCT, 'encoder'>;

/**
 * Builds a model from its config: frozen encoder and language model from their folders, a new
 * projector.
 *
 * @param seed of the projector's initial values
 * @throws ConfigError when parts do not fit each other; errors of the loaders
 */
export async function createOmniCT(config: OmniCT['config'], seed: number): Promise<OmniCT> {
  const encoder = await loadVisionEncoder(config.model.encoder, { size: config.prepare.size });
  const language = await loadLanguageModel(config.model.llm);
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
  }: { encoder: VisionEncoder; language: LanguageModelBundle; seed: number },
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
export function disposeOmniCT({ encoder, model }: OmniCT): void {
  encoder.dispose();
  model.dispose();
}
