import {
  askQuestions,
  phantomGrid,
  phantomPlane,
  renderPhantom,
  samplePhantom,
  sceneFacts,
} from '@omnict/phantom';
import { formatAnswer, formatQuestion } from '@omnict/data';
import { createSample, type EncodedOmniCT, type ModelConfig } from '@omnict/model';
import { type Modality, Random } from '@omnict/core';
import type { Lesson } from './lesson';
import type { LanguageModelRecipe } from './recipe-schema';

/** Volumes are drawn coarsely: only what can be seen matters here, not the pixels. */
const COARSE_VOLUME = [24, 64, 64] as const;
const SLICE_OF = [48, 128, 128] as const;

/** Voxels of {@link SLICE_OF} in one of {@link COARSE_VOLUME}. */
const COARSENESS = 8;

/** Config of the model that reads scenes told in words. */
export const TOLD_MODEL: ModelConfig = {
  encoder: 'none',
  llm: 'none',
  vision: false,
  sce: false,
  tpe: { depthWidth: 2, heightWidth: 2, widthWidth: 2, base: 100 },
  unshuffle: { slice: 1, volume: 1 },
  ose: { strategy: 'none', tokens2d: 1, tokens3d: 1 },
};

/** Questions about scenes told in words: reading, comparing and choosing are learnt here. */
export function toldScenes(recipe: LanguageModelRecipe, omnict: EncodedOmniCT): Lesson[] {
  const { phantoms, questionsPerVolume, questionsPerSlice } = recipe.told;
  return Array.from({ length: phantoms.volumes + phantoms.slices }, (_, index) => {
    const random = new Random(`lm/${recipe.seed}/told-${index}`);
    const phantom = samplePhantom(`told-${index}`, random.fork('phantom'));
    const modality: Modality = index < phantoms.volumes ? 'volume' : 'slice';
    const isVolume = modality === 'volume';
    const grid = isVolume
      ? phantomGrid(COARSE_VOLUME)
      : phantomPlane(phantomGrid(SLICE_OF), phantom, random.fork('plane'));
    const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
    if (isVolume) rendered.lesionVoxels = rendered.lesionVoxels.map((count) => count * COARSENESS);
    const scene = { phantom, rendered, modality };
    const count = isVolume ? questionsPerVolume : questionsPerSlice;
    return askQuestions(scene, count, random.fork('questions')).map((draft): Lesson => {
      const question = `${sceneFacts(scene, random.fork('facts'))}\n${formatQuestion(draft)}`;
      const answer = formatAnswer(draft);
      return {
        modality,
        answer,
        sample: (withAnswer) =>
          createSample(omnict, {
            id: phantom.key,
            modality,
            question,
            answer: withAnswer ? answer : undefined,
            features: undefined,
            region: undefined,
          }),
      };
    });
  }).flat();
}
