import { Random } from '@omnict/core';
import { SiglipVisionTransformer } from '@omnict/encoding';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { standardizeFeatures } from './standardize-features';
import { pixelTensor } from './unit-batches';

const SIZE = 12;

beforeAll(async () => {
  await selectEngine();
});

describe('standardizeFeatures', () => {
  it('leaves features of mean 0 and variance 1', () => {
    const random = new Random('tower');
    const tower = new SiglipVisionTransformer(
      {
        imageSize: SIZE,
        patchSize: 4,
        hiddenSize: 8,
        intermediateSize: 16,
        numHiddenLayers: 1,
        numAttentionHeads: 2,
        layerNormEps: 1e-6,
      },
      random,
    );
    tower.postLayernorm.bias.assign(tf.range(0, 8));
    tower.postLayernorm.weight.assign(tf.range(1, 9));
    const units = Array.from({ length: 60 }, () => ({
      pixels: Float32Array.from({ length: 3 * SIZE * SIZE }, () => random.uniform(-1, 1)),
      covers: new Float32Array(),
    }));
    standardizeFeatures(tower, { units, imageSize: SIZE });
    const { mean, variance } = tf.moments(tower.apply(pixelTensor(units, SIZE)).last, [0, 1]);
    for (const value of mean.dataSync()) expect(value).toBeCloseTo(0, 4);
    for (const value of variance.dataSync()) expect(value).toBeCloseTo(1, 3);
  });
});
