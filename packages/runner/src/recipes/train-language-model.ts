import { REGION_PHRASES } from '@omnict/phantom';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import {
  ChatTemplate,
  loadTokenizer,
  Qwen2ForCausalLM,
  resolveLanguageModelFolder,
  saveLanguageModel,
} from '@omnict/llm';
import {
  type EncodedOmniCT,
  type ModelConfig,
  OmniCTModel,
  type PrepareConfig,
  visualLayout,
} from '@omnict/model';
import { Random } from '@omnict/core';
import { learn } from './lesson';
import { mappedModel, mappedScenes } from './mapped-scenes';
import type { LanguageModelRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';
import { TOLD_MODEL, toldScenes } from './told-scenes';

/**
 * Trains a Qwen2 from nothing, first on questions about scenes told in words, then on scenes given
 * as maps of phrases, and writes it as a Hugging Face folder. What remains for OmniCT's two stages is
 * to see.
 *
 * @returns share of held-out questions answered word for word, of each kind
 */
export async function trainLanguageModel(
  recipe: LanguageModelRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const { told, mapped, seed, heldOut } = recipe;
  const tokenizer = await loadTokenizer(resolveLanguageModelFolder(recipe.tokenizer));
  const { hiddenSize, numAttentionHeads } = recipe.languageModel;
  const headSize = hiddenSize / numAttentionHeads;
  const model = new Qwen2ForCausalLM(
    { ...recipe.languageModel, headSize, vocabSize: tokenizer.vocabularySize },
    new Random(`qwen2-tiny/${seed}`),
  );
  log(`${model.parameterCount()} parameters`);
  const language = { model, tokenizer, chatTemplate: new ChatTemplate(tokenizer.chatTemplate) };

  const reader = around(TOLD_MODEL, recipe, language);
  const toldExact = await learn(reader, toldScenes(recipe, reader), {
    config: told.train,
    seed,
    heldOut,
    parameters: model.namedParameters('llm.'),
    onStep: progress,
  });
  log(`told: ${(100 * toldExact).toFixed(1)} % exact`);

  const seer = around(mappedModel(recipe), recipe, language);
  const mappedExact = await learn(seer, mappedScenes(recipe, seer, log), {
    config: mapped.train,
    seed,
    heldOut,
    parameters: seer.model.namedParameters(),
    onStep: progress,
  });
  await saveLanguageModel(out, { model, tokenizer }, { floats: 'F16' });
  return { told: toldExact, mapped: mappedExact };
}

/** A model around the language model that sees maps instead of features. */
function around(
  config: ModelConfig,
  { mapped: { depth, gridSize } }: LanguageModelRecipe,
  language: EncodedOmniCT['language'],
): EncodedOmniCT {
  const features = {
    gridSize,
    volumeUnits: Math.floor(depth / SLICES_PER_UNIT),
    slicesPerUnit: SLICES_PER_UNIT,
  };
  const layoutOf = (modality: 'slice' | 'volume') =>
    visualLayout({ model: config, features }, modality);
  const layouts = { slice: layoutOf('slice'), volume: layoutOf('volume') };
  const model = new OmniCTModel({
    config,
    layouts,
    featureDim: REGION_PHRASES.length,
    llm: language.model,
    random: new Random('phrase-projector'),
  });
  return { config: { model: config, prepare: NO_IMAGES }, layouts, language, model };
}

/** Maps take the place of images. */
const NO_IMAGES: PrepareConfig = { window: [-1000, 1000], size: [3, 1, 1] };
