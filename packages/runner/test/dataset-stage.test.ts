import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyStage, StageContext } from '@omnict/pipeline';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrialConfig } from '../src/spec/trial-config';
import { datasetRecords, datasetStage } from '../src/stages/dataset';

const root = mkdtempSync(join(tmpdir(), 'omnict-dataset-'));
afterAll(() => rmSync(root, { recursive: true }));

const none = { slices: 0, volumes: 0 };
const phantom = { seed: 1, train: none, test: none, questionsPerVolume: 8, questionsPerSlice: 3 };
const selected = (data: unknown): unknown => datasetStage.select({ data } as TrialConfig);

describe('the dataset stage', () => {
  it('keys each dataset by its own section alone', () => {
    const phantom2 = { train: none, test: none };
    const first = { dataset: 'phantom-ct', phantom };
    expect(selected(first)).toEqual(first);
    expect(selected({ ...first, phantom2 })).toEqual(first);
    expect(selected({ dataset: 'phantom-ct-2', phantom, phantom2 })).toEqual({
      dataset: 'phantom-ct-2',
      phantom2,
    });
    expect(datasetStage.files?.({ dataset: 'phantom-ct-2' })).toEqual([]);
  });

  it('makes PhantomCT 2', async () => {
    const phantom2 = {
      size: [16, 32, 32],
      train: { slices: 2, volumes: 0 },
      test: { slices: 1, volumes: 0 },
    };
    const steps: number[] = [];
    const stage: AnyStage<TrialConfig> = datasetStage;
    await stage.run({
      section: { dataset: 'phantom-ct-2', phantom2 },
      outputs: root,
      log: () => undefined,
      progress: (done: number) => steps.push(done),
      signal: new AbortController().signal,
    } as unknown as StageContext);
    const records = await datasetRecords(root);
    expect(steps).toEqual([1, 2, 3]);
    expect(new Set(records.map(({ split }) => split))).toEqual(new Set(['train', 'test']));
    expect(records.every(({ source }) => source === 'phantom-ct-2')).toBe(true);
  });
});
