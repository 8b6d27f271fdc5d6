import { describe, expect, it } from 'vitest';
import { gpuEnvironment, usesTf32 } from './gpu-environment';

describe('gpuEnvironment', () => {
  it("takes a card's memory as it is needed, unless the user says otherwise", () => {
    expect(gpuEnvironment({})).toEqual({ TF_FORCE_GPU_ALLOW_GROWTH: 'true' });
    expect(gpuEnvironment({ TF_FORCE_GPU_ALLOW_GROWTH: 'false' })).toEqual({
      TF_FORCE_GPU_ALLOW_GROWTH: 'false',
    });
  });

  it('turns TF32 off when asked to', () => {
    expect(usesTf32(gpuEnvironment({}))).toBe(true);
    expect(usesTf32(gpuEnvironment({ OMNICT_TF32: 'off' }))).toBe(false);
  });
});
