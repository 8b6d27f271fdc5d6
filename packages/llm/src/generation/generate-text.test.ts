import { ConfigError } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LanguageModelBundle, loadLanguageModel } from '../language-model-folder';
import { generateText } from './generate-text';
import { scoreContinuations } from './score-continuations';

let bundle: LanguageModelBundle;
let prompt: string;

beforeAll(async () => {
  await selectEngine();
  bundle = await loadLanguageModel('qwen2-tiny');
  prompt = bundle.chat.template.render(
    [{ role: 'user', content: 'heart enlarged. spleen normal.\nIs the heart enlarged?' }],
    { forAnswer: true },
  );
});
afterAll(() => bundle.model.dispose());

const options = { stopTokens: ['<|im_end|>'], maxNewTokens: 12 };

describe('generateText', () => {
  it('streams the text it returns, also beside a longer prompt', async () => {
    const streamed: string[] = [];
    const [alone] = await generateText(bundle, [prompt], {
      ...options,
      onText: (_, text) => streamed.push(text),
    });
    expect(alone?.trim().length).toBeGreaterThan(0);
    expect(streamed.at(-1)).toBe(alone);
    const [again] = await generateText(bundle, [prompt, `${prompt}${prompt}`], options);
    expect(again).toBe(alone);
  });

  it('ends at stop strings and repeats itself with an equal seed', async () => {
    const [whole = ''] = await generateText(bundle, [prompt], options);
    const stop = whole.slice(-1);
    const [cut] = await generateText(bundle, [prompt], { ...options, stop: [stop] });
    expect(cut).toBe(whole.slice(0, whole.indexOf(stop)));
    const sampled = { ...options, temperature: 20, topK: 50, topP: 0.99, repetitionPenalty: 1.2 };
    const draws = await Promise.all(
      [1, 1, 2, 3].map(async (seed) => generateText(bundle, [prompt], { ...sampled, seed })),
    );
    expect(draws[1]).toEqual(draws[0]);
    expect(new Set(draws.flat()).size).toBeGreaterThan(1);
  });

  it('stops when asked, and refuses what does not fit the model', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(generateText(bundle, [prompt], { ...options, signal })).rejects.toThrow('enough');
    const tooMany = { ...options, maxNewTokens: 1024 };
    await expect(generateText(bundle, [prompt], tooMany)).rejects.toThrow(ConfigError);
    await expect(generateText(bundle, [prompt], tooMany)).rejects.toThrow(/at most 1024 together/);
  });

  it('makes nothing when asked for no tokens, and refuses numbers and stops without sense', async () => {
    expect(await generateText(bundle, [prompt, prompt], { maxNewTokens: 0 })).toEqual(['', '']);
    for (const maxNewTokens of [-1, 1.5, NaN, Infinity]) {
      await expect(generateText(bundle, [prompt], { maxNewTokens })).rejects.toThrow(
        /maxNewTokens: expected a whole number/,
      );
    }
    const stop = ['.', ''];
    await expect(generateText(bundle, [prompt], { stop })).rejects.toThrow(
      /stop: has an empty text/,
    );
  });
});

describe('scoreContinuations', () => {
  it('ranks first what greedy generation says, and sums up to a probability', async () => {
    const { model, tokenizer } = bundle;
    const [answer = ''] = await generateText(bundle, [prompt], options);
    const embeddings = model.embed(tf.tensor2d([tokenizer.encode(prompt)], undefined, 'int32'));
    const other = answer.includes('yes') ? 'no' : 'yes';
    const end = bundle.chat.turnEnd;
    const texts = [other, answer].map((text) => [...tokenizer.encode(text), end]);
    const [unlikely, likely] = await scoreContinuations(model, { embeddings }, texts);
    expect(likely?.logProbability).toBeGreaterThan(unlikely?.logProbability as number);
    expect(likely?.tokens).toBe(texts[1]?.length);
    const single = Array.from({ length: model.vocabularySize }, (_, id) => [id]);
    const all = await scoreContinuations(model, { embeddings }, single);
    const total = all.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
    expect(total).toBeCloseTo(1, 3);
    expect(await scoreContinuations(model, { embeddings }, [])).toEqual([]);
  });
});
