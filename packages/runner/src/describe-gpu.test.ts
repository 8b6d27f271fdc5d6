import { describe, expect, it } from 'vitest';
import { describeGpu } from './describe-gpu';

const DRIVER = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC';

describe('describeGpu', () => {
  it('says what is missing, one thing at a time', () => {
    const facts = { platform: 'linux-x64', driver: undefined, cards: undefined, hasAddon: false };
    expect(describeGpu({ ...facts, platform: 'darwin-arm64' })).toMatch(/CUDA needs Linux x64/);
    expect(describeGpu(facts)).toMatch(/no NVIDIA driver is loaded/);
    expect(describeGpu({ ...facts, driver: DRIVER })).toBe(
      'NVIDIA driver 550.54.15; the CUDA engine is not set up: npx omnict setup --gpu',
    );
    const cards = 'NVIDIA L4, 23034 MiB';
    expect(describeGpu({ ...facts, driver: DRIVER, cards, hasAddon: true })).toBe(
      'NVIDIA driver 550.54.15, NVIDIA L4, 23034 MiB',
    );
  });
});
