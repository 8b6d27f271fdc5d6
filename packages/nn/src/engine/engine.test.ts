import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '@omnict/core';
import { currentEngine, parseEngineName, selectEngine } from './engine';

describe('engine choice', () => {
  beforeAll(async () => {
    await selectEngine('cpu');
  });

  it('reads names, and auto as no wish', () => {
    expect(parseEngineName('wasm')).toBe('wasm');
    expect(parseEngineName('auto')).toBeUndefined();
    expect(() => parseEngineName('cuda')).toThrow(/expected auto or one of .*wasm.*got 'cuda'/);
  });

  it('keeps the first choice and refuses another', async () => {
    expect((await currentEngine()).name).toBe('cpu');
    expect((await selectEngine()).name).toBe('cpu');
    await expect(selectEngine('wasm')).rejects.toThrow(ConfigError);
  });
});
