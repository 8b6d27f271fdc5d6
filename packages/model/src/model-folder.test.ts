import { selectEngine } from '@omnict/nn';
import { beforeAll, describe, expect, it } from 'vitest';
import { disposeOmniCT } from './assemble';
import { loadOmniCT } from './model-folder';

beforeAll(async () => {
  await selectEngine();
});

describe('loadOmniCT', () => {
  it('opens the trained preset by its name', async () => {
    const omnict = await loadOmniCT('omnict-tiny');
    expect(omnict.config.model).toMatchObject({ sce: true, ose: { strategy: 'adaptive' } });
    expect(omnict.model.llm.hiddenSize).toBe(96);
    disposeOmniCT(omnict);
  });

  it('says what it takes when given nothing that it knows', async () => {
    await expect(loadOmniCT('omnict-huge')).rejects.toThrow(/omnict-tiny.*check --model/);
  });
});
