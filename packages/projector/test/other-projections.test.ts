import { ConfigError, Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createProjection,
  PROJECTIONS,
  SeparateProjection,
  SharedProjection,
  unshuffle,
} from '../src/index';

const SIZES = { tokenDim: 3, sliceBlock: 2, volumeBlock: 4, hiddenDim: 8, outputDim: 5 };
const MODALITIES = ['slice', 'volume'] as const;

const tokensOf = (seed: number): tf.Tensor5D =>
  tf.randomNormal([2, 3, 4, 4, 3], 0, 1, 'float32', seed);

/** `W2 gelu(W1 x + b1) + b2`, written out. */
function mlp(x: tf.Tensor, names: ReadonlyMap<string, tf.Variable>, [one, two]: [string, string]) {
  const linear = (input: tf.Tensor2D, name: string): tf.Tensor2D => {
    const weight = names.get(`${name}.weight`) as tf.Variable<tf.Rank.R2>;
    const bias = names.get(`${name}.bias`) as tf.Variable;
    return tf.add(tf.matMul(input, weight, false, true), bias);
  };
  const flat: tf.Tensor2D = tf.reshape(x, [-1, x.shape.at(-1) as number]);
  const hidden = linear(flat, one);
  const gelu = tf.mul(tf.mul(hidden, 0.5), tf.add(1, tf.erf(tf.div(hidden, Math.SQRT2))));
  return linear(gelu as tf.Tensor2D, two);
}

const far = (a: tf.Tensor, b: tf.Tensor): number =>
  tf.max(tf.abs(tf.sub(tf.reshape(a, [-1]), tf.reshape(b, [-1])))).dataSync()[0] as number;

beforeAll(async () => {
  await selectEngine();
});

describe('projections', () => {
  it.each(PROJECTIONS)('%s makes as many tokens of both modalities', (name) => {
    const projection = createProjection(name, { ...SIZES, random: new Random(name) });
    expect(projection.apply(tokensOf(1), 'slice').shape).toEqual([2, 3 * 4, 5]);
    expect(projection.apply(tokensOf(1), 'volume').shape).toEqual([2, 3, 5]);
  });

  it('separate has two maps of its own a modality, and gradients reach these alone', () => {
    const projection = new SeparateProjection({ ...SIZES, random: new Random('separate') });
    const names = projection.namedParameters();
    for (const modality of MODALITIES) {
      const block = modality === 'slice' ? 2 : 4;
      const expected = mlp(unshuffle(tokensOf(2), block), names, [
        `${modality}_expert`,
        `${modality}_output`,
      ]);
      expect(far(projection.apply(tokensOf(2), modality), expected)).toBeLessThan(1e-5);
      const loss = () => tf.sum(tf.square(projection.apply(tokensOf(2), modality))) as tf.Scalar;
      const { grads } = tf.variableGrads(
        loss,
        [...names.values()].filter((one) => one.trainable),
      );
      for (const [name, variable] of names) {
        const size = tf.sum(tf.abs(grads[variable.name] ?? tf.scalar(0))).dataSync()[0] as number;
        expect(size > 0, name).toBe(name.startsWith(modality));
      }
    }
  });

  it('separate takes encoders of different widths', () => {
    const sizes = { ...SIZES, volumeTokenDim: 7, random: new Random('towers') };
    const projection = new SeparateProjection(sizes);
    expect(projection.apply(tf.zeros([1, 2, 4, 4, 7]), 'volume').shape).toEqual([1, 2, 5]);
    expect(() => new SharedProjection(sizes)).toThrow(ConfigError);
  });

  it('shared has one map, which slices reach with their tokens repeated', () => {
    const projection = new SharedProjection({ ...SIZES, random: new Random('shared') });
    const names = projection.namedParameters();
    const volumes = mlp(unshuffle(tokensOf(3), 4), names, ['expert', 'shared']);
    expect(far(projection.apply(tokensOf(3), 'volume'), volumes)).toBeLessThan(1e-5);
    const places = [0, 0, 1, 1, 2, 2, 3, 3];
    const repeated = tf.gather(tf.gather(tokensOf(3), places, 2), places, 3);
    const slices = mlp(unshuffle(repeated, 4), names, ['expert', 'shared']);
    expect(far(projection.apply(tokensOf(3), 'slice'), slices)).toBeLessThan(1e-5);
    expect(() => new SharedProjection({ ...SIZES, sliceBlock: 3, random: new Random(0) })).toThrow(
      /blocks of 3 and 4 .*multiple/,
    );
  });
});
