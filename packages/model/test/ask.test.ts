import { Random, type Volume } from '@omnict/core';
import type * as Encoding from '@omnict/encoding';
import { writeNifti } from '@omnict/io';
import { loadOnnxRuntime } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const encoders = vi.hoisted(() => ({ loaded: 0 }));
vi.mock('@omnict/encoding', async (original) => {
  const encoding = await original<typeof Encoding>();
  return {
    ...encoding,
    loadVisionEncoder: (...args: Parameters<typeof encoding.loadVisionEncoder>) => {
      encoders.loaded++;
      return encoding.loadVisionEncoder(...args);
    },
  };
});

import { openOmniCT, type OpenOmniCT } from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'omnict-ask-'));
const IMAGE = join(folder, 'ct.nii.gz');
const MASK = join(folder, 'organs.nii.gz');
let omnict: OpenOmniCT;
const hasNoOnnx = await loadOnnxRuntime().then(
  () => false,
  () => true,
);

function volume(value: (index: number) => number): Volume {
  return {
    data: Int16Array.from({ length: 12 * 40 * 40 }, (_, index) => value(index)),
    shape: [12, 40, 40],
    spacing: [5, 2, 2],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  };
}

beforeAll(async () => {
  const random = new Random('ask');
  await writeNifti(
    IMAGE,
    volume(() => Math.round(random.uniform(-900, 300))),
  );
  const { unit: _, ...labels } = volume((index) => (index < 4 * 1600 ? 5 : 1));
  const data = Uint8Array.from(labels.data);
  await writeNifti(MASK, { ...labels, data, labels: { 1: 'spleen', 5: 'liver' } });
  omnict = await openOmniCT('omnict-tiny');
});

afterAll(() => {
  omnict.dispose();
  rmSync(folder, { recursive: true });
});

describe('openOmniCT', () => {
  it('streams what it answers, and says what it looked at', async () => {
    const question = 'Is there a lesion in the liver?';
    const answer = omnict.ask({ image: IMAGE, mask: MASK, question, maxNewTokens: 6 });
    let streamed = '';
    for await (const text of answer) streamed += text;
    const { text, organs, tokens, shape, modality, warnings } = await answer.result;
    expect(text).not.toBe('');
    expect(streamed).toBe(text);
    expect({ organs, shape, modality, warnings }).toEqual({
      organs: ['liver'],
      shape: [12, 40, 40],
      modality: 'volume',
      warnings: [],
    });
    const { layouts } = await omnict.load();
    expect(tokens.image).toBe(layouts.volume.globalTokens);
    expect(tokens.organ).toBeGreaterThan(0);
    expect(tokens.answer).toBeGreaterThan(0);
  });

  it('loads the encoder once, keeps the image, and leaves no tensor behind', async () => {
    const ask = (question: string) =>
      omnict.ask({ image: IMAGE, mask: MASK, question, maxNewTokens: 3 }).result;
    await ask('Is the spleen enlarged?');
    const before = tf.memory().numTensors;
    await Promise.all([ask('Is the spleen enlarged?'), ask('Is the spleen enlarged?')]);
    expect(tf.memory().numTensors).toBe(before);
    expect(encoders.loaded).toBe(1);
  });

  it('asks about organs of the question, of the caller, or the whole image, and says so', async () => {
    const seen = async (request: object) =>
      (await omnict.sample({ image: IMAGE, mask: MASK, question: 'What is seen?', ...request }))
        .seen;
    expect((await seen({ question: 'Is the liver above the spleen?' })).organs).toEqual([
      'liver',
      'spleen',
    ]);
    expect((await seen({ organs: ['spleen'] })).organs).toEqual(['spleen']);
    expect((await seen({ organ: 'spleen' })).organs).toEqual(['spleen']);
    expect((await seen({ question: 'Is the liver big?', organ: 'spleen' })).organs).toEqual([
      'liver',
    ]);
    expect((await seen({})).warnings[0]).toMatch(/names no organ/);
    expect((await seen({ organs: ['heart'] })).warnings[0]).toMatch(/no heart here/);
    expect((await seen({ mask: undefined })).warnings[0]).toMatch(/no mask/);
    await expect(seen({ organs: ['gizzard'] })).rejects.toThrow(/unknown organ 'gizzard'/);
  });

  it('reads earlier turns and choices, as training does', async () => {
    const { sample } = await omnict.sample({
      image: null,
      modality: 'slice',
      question: 'Which?',
      options: ['cyst', 'nodule'],
      history: [{ question: 'Is it normal?', answer: 'no' }],
    });
    const { tokenizer } = (await omnict.load()).language;
    const { ids, visual } = sample.sequence;
    const text = ids.filter((_, place) => visual[place] === 0);
    expect(tokenizer.decode(text, { skipSpecialTokens: false })).toContain(
      'Is it normal?<|im_end|>\n<|im_start|>assistant\nno<|im_end|>\n<|im_start|>user\nWhich? Choices: A. cyst B. nodule<|im_end|>',
    );
  });

  it('ends an answer that nobody wants, and goes on with the next', async () => {
    const stop = new AbortController();
    const cancelled = omnict.ask({
      image: IMAGE,
      question: 'Describe the image.',
      signal: stop.signal,
    });
    const next = omnict.ask({ image: IMAGE, question: 'Is it normal?', maxNewTokens: 2 });
    stop.abort();
    await expect(cancelled.result).rejects.toThrow(/abort/i);
    expect((await next.result).text).not.toBe('');
  });

  it('passes read options to the reader', async () => {
    const asked = omnict.ask({
      image: IMAGE,
      question: 'Is it normal?',
      maxNewTokens: 2,
      read: { series: '7' },
    });
    await expect(asked.result).resolves.toBeDefined(); // NIfTI has no series
    const assumed = omnict.sample({
      image: IMAGE,
      question: 'Is it normal?',
      read: { assume: '0..1' },
    });
    expect((await assumed).seen.warnings.join()).toMatch(/./);
  });

  it.skipIf(hasNoOnnx)('answers in int8 when it is opened or asked so', async () => {
    const request = { image: null, modality: 'slice', question: 'Is it normal?' } as const;
    const short = { ...request, maxNewTokens: 4 };
    const opened = await openOmniCT('omnict-tiny', { precision: 'int8' });
    const { text } = await opened.ask(short).result;
    opened.dispose();
    expect(text).toBe((await omnict.ask({ ...short, precision: 'int8' }).result).text);
    expect(text).not.toBe('');
  });
});
