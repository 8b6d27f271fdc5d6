import { loadCausalDecoder } from '@omnict/llm';
import { selectEngine } from '@omnict/nn';
import { Value } from '@sinclair/typebox/value';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LanguageModelRecipe, LanguageModelRecipeSchema } from './recipe-schema';
import { trainLanguageModel } from './train-language-model';

const folder = mkdtempSync(join(tmpdir(), 'omnict-lessons-'));
beforeAll(() => selectEngine());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LESSON = {
  steps: 2,
  unshuffle: { slice: 4, volume: 12 },
  layouts: [{ places: true, ose: { strategy: 'none', tokens2d: 9, tokens3d: 8 } }],
  questionsPerImage: 2,
  noise: 0,
  train: { learningRate: 1e-2, batchSize: 4 },
};
const RECIPE = {
  schema: 'omnict/language-model-recipe@2',
  tokenizer: 'qwen2-tiny',
  languageModel: {
    hiddenSize: 16,
    intermediateSize: 32,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    numKeyValueHeads: 2,
    maxPositionEmbeddings: 512,
  },
  scenes: {
    depth: 6,
    imageSize: 36,
    patches: 12,
    pool: { slices: 2, volumes: 2 },
    renew: { slices: 1, volumes: 1 },
    questionsPerSlice: 4,
    questionsPerVolume: 4,
    test: { slices: 1, volumes: 1 },
  },
};

/** Weights after the lessons, those that {@link folder} has had left out. */
async function taught(...lessons: object[]): Promise<Map<string, readonly number[]>> {
  const recipe = Value.Default(LanguageModelRecipeSchema, { ...RECIPE, lessons });
  await trainLanguageModel(recipe as LanguageModelRecipe, {
    out: folder,
    log: () => undefined,
    progress: () => undefined,
  });
  const model = await loadCausalDecoder(folder);
  const weights = [...model.namedParameters()].map(([name, weight]) => {
    return [name, [...weight.dataSync()]] as const;
  });
  model.dispose();
  return new Map(weights);
}

it('teaches a lesson about volumes alone, with the words of the one before kept', async () => {
  const before = await taught(LESSON);
  const ofVolumes = { modalities: ['volume'], scenes: { pool: { slices: 1, volumes: 1 } } };
  const after = await taught(LESSON, { ...LESSON, ...ofVolumes, keepsWords: true });
  const kept = [...before].filter(
    ([name, weights]) => JSON.stringify(after.get(name)) === JSON.stringify(weights),
  );
  expect(kept.map(([name]) => name)).toEqual([expect.stringMatching(/embed_tokens/)]);
});
