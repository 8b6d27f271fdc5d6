/** @file A user's components: an encoder whose features are the means of patches. */
import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export function register({ encoders }) {
  const shapeOf = ({ image_size: imageSize, patch_size: patchSize }) => ({
    takes: 'units',
    outputDim: 3,
    imageSize,
    gridSize: imageSize / patchSize,
  });
  encoders.add('patch_means', {
    shape: shapeOf,
    load: async (folder) => {
      const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
      const { patch_size: patch } = config;
      return {
        ...shapeOf(config),
        encode: (units) =>
          tf.tidy(() => tf.avgPool(tf.transpose(units, [0, 2, 3, 1]), patch, patch, 'valid')), // [N, H', W', 3]
        dispose: () => undefined,
      };
    },
  });
}
