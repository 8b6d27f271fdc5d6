import { ConfigError, Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveLanguageModelFolder } from '../language-model-folder';
import { type JsonTokenizer, loadTokenizer } from '../tokenizer/json-tokenizer';
import { loadTextClassifier, TextClassifier } from './text-classifier';
import { TextEncoder } from './text-encoder';

const BERT = fileURLToPath(new URL('../../../model/test/expected/bert', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-classifier-'));
const LABELS = Array.from({ length: 18 }, (_, i) => `abnormality ${i}`);
const TEXTS = ['No lesion.', 'A cyst in the liver and a nodule in the right lung.', '', 'spleen'];

let tokenizer: JsonTokenizer;
let encoder: TextEncoder;
beforeAll(async () => {
  await selectEngine();
  tokenizer = await loadTokenizer(resolveLanguageModelFolder('qwen2-tiny'));
  const sizes = { vocabSize: tokenizer.vocabularySize, hiddenSize: 24, intermediateSize: 32 };
  encoder = new TextEncoder(
    {
      ...sizes,
      family: 'roberta',
      numHiddenLayers: 2,
      numAttentionHeads: 3,
      padTokenId: 1,
      maxPositionEmbeddings: 32,
      typeVocabSize: 1,
      hiddenAct: 'gelu',
      layerNormEps: 1e-5,
      labels: LABELS,
    },
    new Random('classifier'),
  );
});
afterAll(() => {
  encoder.dispose();
  rmSync(folder, { recursive: true });
});

const classifier = (isMultiLabel: boolean): TextClassifier =>
  new TextClassifier(encoder, { tokenizer, isMultiLabel, maxTokens: 30 });

describe('TextClassifier', () => {
  it('gives a text the same probabilities alone and beside longer ones', async () => {
    const together = await classifier(true).classify(TEXTS);
    for (const [index, text] of TEXTS.entries()) {
      if (text === '') continue; // no token at all: nothing to say alone
      const [alone] = await classifier(true).classify([text]);
      expect(alone?.map(({ label }) => label)).toEqual(LABELS);
      alone?.forEach(({ probability }, label) => {
        expect(probability).toBeCloseTo(together[index]?.[label]?.probability as number, 5);
        expect(probability).toBeGreaterThan(0);
        expect(probability).toBeLessThan(1);
      });
    }
  });

  it('lets labels exclude each other, or not', async () => {
    const sumOf = async (isMultiLabel: boolean): Promise<number> => {
      const [scores = []] = await classifier(isMultiLabel).classify([TEXTS[1] as string]);
      return scores.reduce((sum, { probability }) => sum + probability, 0);
    };
    expect(await sumOf(false)).toBeCloseTo(1, 5);
    expect(await sumOf(true)).toBeGreaterThan(2); // 18 labels near one half each
  });

  it('cuts long texts', async () => {
    const [scores] = await classifier(true).classify(['liver '.repeat(200)]);
    expect(scores).toHaveLength(18);
  });

  it('says that a bare encoder is no classifier', async () => {
    cpSync(BERT, folder, { recursive: true });
    const preset = resolveLanguageModelFolder('qwen2-tiny');
    cpSync(join(preset, 'tokenizer.json'), join(folder, 'tokenizer.json'));
    await expect(loadTextClassifier(folder)).rejects.toThrow(ConfigError);
    await expect(loadTextClassifier(folder)).rejects.toThrow(/ForSequenceClassification/);
  });
});
