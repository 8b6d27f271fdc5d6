import { ConfigError } from '@omnict/core';
import { loadTokenizer, resolveLanguageModelFolder } from '@omnict/llm';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RegionEmbedding } from './region-embedding';
import { PLACE_NAMES, PLACES, placesOf, regionWords } from './region-tokens';

beforeAll(async () => {
  await selectEngine('cpu');
});

describe('placesOf', () => {
  it('shares each axis out among the levels that a cell covers', () => {
    const width = PLACE_NAMES.length;
    const places = placesOf([10, 3, 3]);
    const last = Array.from(places.subarray(-width));
    const [height, row] = [PLACES.height, PLACES.height + PLACES.row];
    expect(last.slice(0, height)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(last.slice(height, row)).toEqual([0, 0, 0, 0, 0.5, 0.5]);
    expect(last.slice(row)).toEqual([0, 0, 0, 0, 0.5, 0.5]);
  });

  it('gives a slice no height', () => {
    const [first] = [Array.from(placesOf([1, 6, 6]).subarray(0, PLACE_NAMES.length))];
    expect(first?.slice(0, PLACES.height).every((share) => share === 0)).toBe(true);
    expect(first?.[PLACES.height]).toBe(1);
  });
});

describe('regionWords', () => {
  it('ties a phrase to its words and to a token of its own', async () => {
    const tokenizer = await loadTokenizer(resolveLanguageModelFolder('qwen2-tiny'));
    const { weights, regions } = regionWords(tokenizer, ['liver', 'small lesion in the liver']);
    const size = tokenizer.vocabularySize;
    expect([regions, weights.length]).toEqual([2 + PLACE_NAMES.length, regions * size]);
    const rowOf = (index: number): Float32Array =>
      weights.subarray(index * size, (index + 1) * size);
    const [liver] = tokenizer.encode(' liver');
    expect([0, 1].map((row) => rowOf(row)[liver as number])).toEqual([0.5, 0.5]);
    expect(rowOf(1)[tokenizer.tokenId('<|region:small lesion in the liver|>')]).toBe(0.5);
    expect(rowOf(0).reduce((sum, weight) => sum + weight, 0)).toBe(1);
  });

  it('refuses phrases that the vocabulary has no token for', async () => {
    const tokenizer = await loadTokenizer(resolveLanguageModelFolder('qwen2-tiny'));
    expect(() => regionWords(tokenizer, ['a unicorn'])).toThrow(ConfigError);
    expect(() => regionWords(tokenizer, ['a unicorn'])).toThrow(/<\|region:a unicorn\|>/);
  });
});

describe('RegionEmbedding', () => {
  it('adds up what describes any patch of a token, once, and where it lies', () => {
    // Two phrases and the places as rows of an identity: a token's vector says what it is made of.
    const regions = 2 + PLACE_NAMES.length;
    const weights = Float32Array.from(tf.eye(regions).dataSync());
    const table = tf.variable(tf.eye(regions));
    const options = { table, words: { weights, regions }, blocks: { slice: 2, volume: 1 } };
    const maps = tf.tensor5d([1, 0, 1, 0, 0, 0, 0, 0], [1, 1, 2, 2, 2]); // phrase 0 in two patches
    const bare = new RegionEmbedding({ ...options, places: false }).apply(maps, 'slice');
    expect(bare.shape).toEqual([1, 1, regions]);
    expect(Array.from(bare.dataSync())).toEqual([
      1,
      ...Array.from({ length: regions - 1 }, () => 0),
    ]);
    const placed = new RegionEmbedding({ ...options, places: true }).apply(maps, 'slice');
    expect(Array.from(placed.dataSync()).slice(0, 2)).toEqual([1, 0]);
    const where = Array.from(placed.dataSync()).slice(2);
    expect(where.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2, 5); // row and column
  });
});
