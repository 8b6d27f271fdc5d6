import { ConfigError, Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { MoeHybridProjection } from '@omnict/projector';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scePartsOf } from './ablated-parts';
import type { ModelConfig } from './config';
import { loadProjection, saveProjection } from './projection-folder';

const root = mkdtempSync(join(tmpdir(), 'omnict-projection-'));

function projection(seed: string, hiddenDim = 8): MoeHybridProjection {
  return new MoeHybridProjection({
    tokenDim: 6,
    sliceBlock: 1,
    volumeBlock: 2,
    hiddenDim,
    outputDim: 4,
    random: new Random(seed),
  });
}

const config = (projector: string | undefined, sce: boolean): ModelConfig =>
  ({ projector, sce }) as ModelConfig;

beforeAll(async () => {
  await selectEngine();
});
afterAll(() => rmSync(root, { recursive: true }));

describe('projection weights', () => {
  it('come back as they were saved, for the setting they were saved for', async () => {
    const saved = projection('saved');
    await saveProjection(root, { projector: saved, parts: scePartsOf({ sce: true }) });
    const loaded = projection('another');
    await loadProjection(loaded, config(root, true));
    const [expected, values] = [saved, loaded].map(({ shared }) => [...shared.weight.dataSync()]);
    values?.forEach((value, index) => expect(value).toBeCloseTo(expected?.[index] as number, 3));
  });

  it('are not asked for when the model names none', async () => {
    const projector = projection('own');
    const before = [...projector.shared.weight.dataSync()];
    await loadProjection(projector, config(undefined, true));
    expect([...projector.shared.weight.dataSync()]).toEqual(before);
  });

  it('are refused with a remedy where they are missing or do not fit', async () => {
    await expect(loadProjection(projection('x'), config(root, false))).rejects.toThrow(
      /model\.projector: .*not for sce-off.*leave it out/,
    );
    const wider = loadProjection(projection('x', 9), config(root, true));
    await expect(wider).rejects.toThrow(ConfigError);
    await expect(wider).rejects.toThrow(/do not fit this model.*~config\.model\.projector/);
  });
});
