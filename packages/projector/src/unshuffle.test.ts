import { selectEngine } from '@omnict/nn';
import { ShapeError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { unshuffle } from './unshuffle';

beforeAll(async () => {
  await selectEngine('cpu');
});

describe('unshuffle', () => {
  it('joins each block of tokens, rows of the block first', () => {
    const tokens = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]); // token = 4 * row + column
    const merged = unshuffle(tokens, 2);
    expect(merged.shape).toEqual([1, 2, 2, 4]);
    expect(Array.from(merged.dataSync())).toEqual([
      0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,
    ]);
  });

  it('loses nothing at the sizes of the paper', () => {
    const tokens = tf.randomNormal([2, 27, 27, 3]);
    const merged = unshuffle(tokens, 3);
    expect(merged.shape).toEqual([2, 9, 9, 27]);
    expect(Array.from(merged.dataSync()).sort()).toEqual(Array.from(tokens.dataSync()).sort());
  });

  it('refuses a grid without whole blocks', () => {
    expect(() => unshuffle(tf.zeros([1, 9, 9, 1]), 2)).toThrow(ShapeError);
  });
});
