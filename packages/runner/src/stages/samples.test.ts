import { ConfigError, type QuestionRecord } from '@omnict/core';
import { writeRecords } from '@omnict/data';
import { writeNpy } from '@omnict/io';
import { createOmniCT, disposeOmniCT, type OmniCT, sampleSize } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openableRecord } from './dataset';
import { Samples } from './samples';
import { takeUp } from './take-up';

const folder = mkdtempSync(join(tmpdir(), 'omnict-samples-'));

let omnict: OmniCT;

function record(id: string, question: string): QuestionRecord {
  return {
    id,
    question,
    answer: 'yes',
    image: `${id}.nii.gz`,
    modality: 'slice',
    organ: 'liver',
    taskType: 'judgment',
    category: 'GIR',
    source: 'test',
    split: 'train',
  };
}

describe('Samples', () => {
  beforeAll(async () => {
    await selectEngine();
    omnict = await createOmniCT(
      {
        prepare: { window: [-1000, 1000], size: [6, 108, 108] },
        model: {
          encoder: 'siglip-tiny',
          llm: 'qwen2-tiny',
          vision: true,
          sce: true,
          tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
          unshuffle: { slice: 3, volume: 3 },
          ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 8 },
        },
      },
      1,
    );
    await writeRecords(join(folder, 'records.jsonl'), records);
    await writeFile(
      join(folder, 'dataset.json'),
      JSON.stringify({ records: join(folder, 'records.jsonl') }),
    );
    await mkdir(join(folder, 'masks'));
    // A liver in the corner of the second record's image, none in the first.
    for (const key of ['fine', 'long']) {
      const data = new Uint8Array(108 * 108);
      if (key === 'long') for (let y = 0; y < 20; y++) data.fill(5, y * 108, y * 108 + 20);
      const image = openableRecord(record(key, '?'), folder).imageKey;
      await writeNpy(join(folder, 'masks', `${image}.npy`), { data, shape: [1, 108, 108] });
    }
  });
  afterAll(() => {
    disposeOmniCT(omnict);
    rmSync(folder, { recursive: true });
  });

  const records = [
    record('fine', 'Is the liver enlarged?'),
    record('long', 'Is the liver enlarged? '.repeat(40)),
    record('unreadable', '0123456789'.repeat(60)), // a token for each digit, at least 256 of which stay
  ];

  async function loaded(keptBytes: number, log: (text: string) => void = () => undefined) {
    const sources = { omnict, dataset: folder, features: undefined, prepared: folder, log };
    const samples = new Samples(sources, { withAnswers: true, maxTokens: 160 }, { keptBytes });
    const added: boolean[] = [];
    await takeUp(
      folder,
      () => samples,
      (_, isMade) => added.push(isMade),
    );
    return { samples, added };
  }

  it('shorten and count what is too long, and leave out what cannot be', async () => {
    const told: string[] = [];
    const { samples, added } = await loaded(0, (text) => told.push(text));
    expect(added).toEqual([true, true, false]);
    samples.tell();
    expect(samples).toMatchObject({ shortened: 1, leftOut: 1, length: 2 });
    expect(told.join('\n')).toContain('unreadable: left out: prompt: ');
    expect(told.join('\n')).toContain(
      'of 3 questions 1 were shortened to 160 tokens and 1 left out',
    );
    await samples.close();
  });

  it('refuse a set of which nothing is left', async () => {
    const { samples } = await loaded(0);
    const sources = { omnict, dataset: folder, features: undefined, prepared: undefined };
    const none = new Samples(
      { ...sources, log: () => undefined },
      { withAnswers: true, maxTokens: 160 },
    );
    const place = { begin: 0, bytes: 1 };
    none.add(openableRecord(records[2] as QuestionRecord, folder), place);
    expect(() => none.tell()).toThrow(ConfigError);
    await samples.close();
  });

  it('are the same from memory and read again, in any order', async () => {
    const told: string[] = [];
    const kept = await loaded(Infinity);
    const read = await loaded(0, (text) => told.push(text));
    for (const index of [1, 0, 1]) {
      const [a, b] = [await kept.samples.at(index), await read.samples.at(index)];
      expect(b).toEqual(a);
      expect(await kept.samples.at(index)).toBe(a);
      expect(await read.samples.at(index)).not.toBe(b);
      expect(read.samples.size(index)).toEqual(sampleSize(a));
      expect(a.plan?.fallback).toBe(index === 0);
    }
    expect(read.samples.shortened).toBe(1);
    read.samples.tellOrgans();
    expect(told.at(-1)).toContain('whole image in 1 of 2 questions');
    await Promise.all([kept.samples.close(), read.samples.close()]);
  });
});
