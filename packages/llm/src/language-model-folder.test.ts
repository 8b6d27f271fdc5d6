import { ConfigError, FormatError, MissingDataError } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  loadLanguageModel,
  resolveLanguageModelFolder,
  saveLanguageModel,
} from './language-model-folder';
import { SPECIAL_TOKENS } from './special-tokens';

const root = mkdtempSync(join(tmpdir(), 'omnict-llm-'));
const folder = join(root, 'model');

beforeAll(async () => {
  await selectEngine();
});
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(resolveLanguageModelFolder('qwen2-tiny'), folder, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

describe('language model folders', () => {
  it('hold all special tokens, each one id', async () => {
    const { tokenizer } = await loadLanguageModel('qwen2-tiny');
    for (const token of SPECIAL_TOKENS) {
      expect(tokenizer.encode(token)).toEqual([tokenizer.tokenId(token)]);
    }
    const text = 'Is there a lesion in the liver? 12 mm, left.\n';
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('come back as they were saved', async () => {
    const bundle = await loadLanguageModel('qwen2-tiny');
    const copy = join(root, 'copy');
    await saveLanguageModel(copy, bundle);
    const again = await loadLanguageModel(copy);
    expect(again.model.config).toEqual(bundle.model.config);
    const back = again.model.namedParameters();
    for (const [name, variable] of bundle.model.namedParameters()) {
      expect(back.get(name)?.dataSync()).toEqual(variable.dataSync());
    }
  });

  it('are refused with the name of what is wrong', async () => {
    await expect(loadLanguageModel('qwen3-tiny')).rejects.toThrow(/qwen3-tiny.*qwen2-tiny/);
    const path = join(folder, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...config, num_key_value_heads: 3 }));
    await expect(loadLanguageModel(folder)).rejects.toThrow(/num_key_value_heads.*divisor/);
    writeFileSync(path, JSON.stringify({ ...config, num_hidden_layers: 9 }));
    await expect(loadLanguageModel(folder)).rejects.toThrow(/missing: .*layers\.\d+\./);
    writeFileSync(path, JSON.stringify({ ...config, vocab_size: 100 }));
    await expect(loadLanguageModel(folder)).rejects.toThrow();
  });

  it('are refused when a file is missing or cut off', async () => {
    const weights = join(folder, 'model.safetensors');
    writeFileSync(weights, readFileSync(weights).subarray(0, 5000));
    await expect(loadLanguageModel(folder)).rejects.toThrow(FormatError);
    rmSync(join(folder, 'tokenizer.json'));
    await expect(loadLanguageModel(folder)).rejects.toThrow(MissingDataError);
    await expect(loadLanguageModel(join(root, 'nowhere'))).rejects.toThrow(ConfigError);
  });
});
