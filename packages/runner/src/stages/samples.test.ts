import { ConfigError } from '@omnict/core';
import { createOmniCT, disposeOmniCT, type OmniCT } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetRecord } from './dataset';
import { loadSamples } from './samples';

let omnict: OmniCT;

function record(id: string, question: string): DatasetRecord {
  return {
    id,
    question,
    answer: 'yes',
    image: `${id}.nii.gz`,
    imageKey: id,
    modality: 'slice',
    organ: 'liver',
    taskType: 'judgment',
    category: 'GIR',
    source: 'test',
    split: 'train',
  };
}

describe('loadSamples', () => {
  beforeAll(async () => {
    await selectEngine();
    omnict = await createOmniCT(
      {
        prepare: { window: [-1000, 1000], size: [6, 108, 108] },
        model: {
          encoder: 'siglip-tiny',
          llm: 'qwen2-tiny',
          vision: false,
          sce: true,
          tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
          unshuffle: { slice: 3, volume: 3 },
          ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 8 },
        },
      },
      1,
    );
  });
  afterAll(() => disposeOmniCT(omnict));

  it('shortens and counts what is too long, and leaves out what cannot be', async () => {
    const told: string[] = [];
    const sources = { omnict, features: undefined, prepared: undefined };
    const log = (text: string): number => told.push(text);
    const use = { withAnswers: true, maxTokens: 120 };
    const records = [
      record('fine', 'Is the liver enlarged?'),
      record('long', 'Is the liver enlarged? '.repeat(40)),
      record('unreadable', '0123456789'.repeat(60)), // a token for each digit, at least 256 of which stay
    ];
    const loaded = await loadSamples(records, { ...sources, log }, use);
    expect(loaded).toMatchObject({ shortened: 1, leftOut: 1 });
    expect(loaded.samples.map((sample) => sample?.sequence.isCut)).toEqual([
      false,
      true,
      undefined,
    ]);
    expect(told.join('\n')).toContain('unreadable: left out: prompt: ');
    expect(told.join('\n')).toContain(
      'of 3 questions 1 were shortened to 120 tokens and 1 left out',
    );
    await expect(loadSamples(records.slice(2), { ...sources, log }, use)).rejects.toThrow(
      ConfigError,
    );
  });
});
