import { loadSiglipTransformer, resolveEncoderFolder } from '@omnict/encoding';
import { loadCausalDecoder, resolveLanguageModelFolder } from '@omnict/llm';
import { ConfigError } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelConfig } from '../config';
import { encoderSizes, languageModelSizes, parameterCount } from './architecture-sizes';
import { planMemory } from './memory-plan';

const EXPECTED = fileURLToPath(new URL('../../test/expected', import.meta.url));
const OPTIONS = {
  microBatch: { pretrain: 1, finetune: 2 },
  predictBatch: 1,
  maxNewTokens: 64,
  textTokens: 200,
};

function model(llm: string): ModelConfig {
  return {
    encoder: 'google/siglip-so400m-patch14-384',
    llm,
    vision: true,
    sce: true,
    tpe: { depthWidth: 64, heightWidth: 64, widthWidth: 64, base: 10000 },
    unshuffle: { slice: 1, volume: 3 },
    ose: { strategy: 'adaptive', tokens2d: 81, tokens3d: 90 },
  };
}

const prepare = { window: [-1000, 1000], size: [32, 384, 384] } as {
  window: [number, number];
  size: [number, number, number];
};

beforeAll(async () => {
  await selectEngine();
});

describe('parameterCount', () => {
  it.each([
    resolveLanguageModelFolder('qwen2-tiny'),
    `${EXPECTED}/qwen2`,
    `${EXPECTED}/qwen2-sharded`,
    `${EXPECTED}/phi3`,
    `${EXPECTED}/phi4-mini-short`,
  ])('is that of the loaded language model %s', async (folder) => {
    const loaded = await loadCausalDecoder(folder);
    expect(parameterCount(await languageModelSizes(folder))).toBe(loaded.parameterCount());
    loaded.dispose();
  });

  it('is that of the loaded encoder', async () => {
    const { transformer } = await loadSiglipTransformer(resolveEncoderFolder('siglip-tiny'));
    expect(parameterCount(await encoderSizes('siglip-tiny'))).toBe(transformer.parameterCount());
    transformer.dispose();
  });

  it.each([
    ['Qwen/Qwen2.5-0.5B-Instruct', 494_032_768],
    ['Qwen/Qwen2.5-3B-Instruct', 3_085_938_688],
    ['Qwen/Qwen2.5-7B-Instruct', 7_615_616_512],
    ['microsoft/Phi-4-mini-instruct', 3_836_021_760],
  ])('of %s is as published', async (name, published) => {
    expect(parameterCount(await languageModelSizes(name))).toBe(published);
  });
});

describe('planMemory', () => {
  it("counts the paper's tokens, and weights four bytes a parameter", async () => {
    const plan = await planMemory({ model: model('Qwen/Qwen2.5-7B-Instruct'), prepare }, OPTIONS);
    expect(plan.visualTokens).toEqual({ slice: 729 + 81, volume: 810 + 90 });
    expect(plan.sequenceTokens).toBe(1100);
    const [, pretrain, finetune] = plan.stages;
    const { projector, languageModel } = plan.parameters;
    expect(finetune?.weights).toBe(4 * (projector + languageModel));
    expect(finetune?.gradients).toBe(finetune?.weights);
    expect(finetune?.optimizer).toBe(2 * (finetune?.weights as number));
    expect(pretrain?.gradients).toBe(4 * projector);
    expect(finetune?.activations).toBe(2 * (pretrain?.activations as number));
    for (const { total, ...parts } of plan.stages) {
      const { weights, gradients, optimizer, activations, keyValueCache } = parts;
      expect(total).toBe(weights + gradients + optimizer + activations + keyValueCache);
    }
  });

  it('shows what a low-rank update saves', async () => {
    const config = { model: model('Qwen/Qwen2.5-3B-Instruct'), prepare };
    const whole = await planMemory(config, OPTIONS);
    const lora = { rank: 16, targets: ['q_proj', 'v_proj'] };
    const update = await planMemory(config, { ...OPTIONS, lora });
    // 36 layers of q: 16 * (2048 + 2048) and v: 16 * (2048 + 256)
    const scalars = 36 * 16 * (4096 + 2304) + update.parameters.projector;
    expect(update.stages[2]?.gradients).toBe(4 * scalars);
    expect(update.stages[2]?.total).toBeLessThan(0.6 * (whole.stages[2]?.total as number));
  });

  it('names a model whose sizes are not known', async () => {
    const config = { model: model('someone/unknown'), prepare };
    await expect(planMemory(config, OPTIONS)).rejects.toThrow(ConfigError);
    await expect(planMemory(config, OPTIONS)).rejects.toThrow(/models pull someone\/unknown/);
  });
});
