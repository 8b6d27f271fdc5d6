import { selectEngine } from '@omnict/nn';
import { ShapeError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { composeSlices, replicateSlices, sampleSlices } from './compose-slices';

beforeAll(async () => {
  await selectEngine('cpu');
});

/** Volume whose voxels of slice z all have value z. */
const numbered = (depth: number): tf.Tensor3D =>
  tf.tile(tf.reshape(tf.range(0, depth), [depth, 1, 1]), [1, 2, 4]) as tf.Tensor3D;

/** Slice number in each channel of each unit. */
function channels(units: tf.Tensor4D): number[][] {
  const first = tf.slice(units, [0, 0, 0, 0], [units.shape[0], 3, 1, 1]);
  return tf.reshape(first, [units.shape[0], 3]).arraySync() as number[][];
}

describe('slice composition', () => {
  it('takes three neighbouring slices as the channels of a unit and drops the rest', () => {
    expect(channels(composeSlices(numbered(8)))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('makes floor(D / 3) units of any depth, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), (depth) => {
        const units = channels(composeSlices(numbered(depth)));
        expect(units.flat()).toEqual(
          Array.from({ length: 3 * Math.floor(depth / 3) }, (_, i) => i),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('samples the middle of each three for the baseline', () => {
    expect(channels(sampleSlices(numbered(7)))).toEqual([
      [1, 1, 1],
      [4, 4, 4],
    ]);
  });

  it('repeats a single slice over the channels', () => {
    expect(channels(replicateSlices(numbered(1)))).toEqual([[0, 0, 0]]);
  });

  it('refuses fewer than three slices', () => {
    expect(() => composeSlices(numbered(2))).toThrow(ShapeError);
  });
});
