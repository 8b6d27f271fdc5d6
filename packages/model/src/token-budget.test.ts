import { ConfigError } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import type { ModelConfig, PrepareConfig } from './config';
import { tokenBudget } from './token-budget';

function config(
  encoder: string,
  { size, block }: { size: [number, number, number]; block: number },
): { model: ModelConfig; prepare: PrepareConfig } {
  return {
    model: {
      encoder,
      llm: 'qwen2-tiny',
      vision: true,
      sce: true,
      tpe: { depthWidth: 64, heightWidth: 64, widthWidth: 64, base: 10000 },
      unshuffle: { slice: 1, volume: block },
      ose: { strategy: 'none', tokens2d: 81, tokens3d: 90 },
    },
    prepare: { window: [-1000, 1000], size },
  };
}

describe('tokenBudget', () => {
  /** Table 13's numbers; the paper's models need not be on this machine. */
  it.each([
    { encoder: 'google/siglip-so400m-patch14-384', size: [16, 384, 384], block: 3, tokens: 405 },
    {
      encoder: 'facebook/dinov3-vitl16-pretrain-lvd1689m',
      size: [16, 224, 224],
      block: 2,
      tokens: 245,
    },
    { encoder: 'GoodBaiBai88/M3D-CLIP', size: [32, 256, 256], block: 2, tokens: 512 },
    { encoder: 'OpenGVLab/VideoMAEv2-Base', size: [16, 224, 224], block: 2, tokens: 392 },
    {
      encoder: 'Wan-AI/Wan2.1-T2V-1.3B-Diffusers/vae',
      size: [16, 384, 384],
      block: 4,
      tokens: 576,
    },
  ] as const)('of $encoder is as published', async ({ encoder, size, block, tokens }) => {
    const { volume } = await tokenBudget(
      config(encoder, { size: [size[0], size[1], size[2]], block }),
    );
    expect(volume.globalTokens).toBe(tokens);
    expect(volume.tokenGrid.reduce((product, side) => product * side)).toBe(tokens);
  });

  it('refuses images of another size, and says which fit', async () => {
    const wrong = config('OpenGVLab/VideoMAEv2-Base', { size: [16, 384, 384], block: 2 });
    await expect(tokenBudget(wrong)).rejects.toThrow(ConfigError);
    await expect(tokenBudget(wrong)).rejects.toThrow(/takes 224 x 224/);
    const shallow = config('GoodBaiBai88/M3D-CLIP', { size: [16, 256, 256], block: 2 });
    await expect(tokenBudget(shallow)).rejects.toThrow(/takes 32/);
  });

  it('names an encoder that is not known', async () => {
    const unknown = config('someone/unknown', { size: [32, 384, 384], block: 3 });
    await expect(tokenBudget(unknown)).rejects.toThrow(/models pull someone\/unknown/);
  });
});
