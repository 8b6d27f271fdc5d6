import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectEngine } from './index';
import { Linear } from './layers/linear';

beforeAll(async () => {
  await selectEngine();
});

describe('initial weights', () => {
  it.each([16, 96, 768])('keep the variance of %i inputs', (width) => {
    const random = new Random('inputs');
    const values = Float32Array.from({ length: 400 * width }, () => random.normal(0, 1));
    const layer = new Linear({ inFeatures: width, outFeatures: width, random });
    const outputs = layer.apply(tf.tensor2d(values, [400, width]));
    const { mean, variance } = tf.moments(outputs);
    expect(Math.abs(mean.dataSync()[0] as number)).toBeLessThan(0.05);
    expect(Math.abs((variance.dataSync()[0] as number) - 1)).toBeLessThan(0.15);
  });
});
