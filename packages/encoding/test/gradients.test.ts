import { readSafetensors, selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSiglipTransformer } from '../src/index';

/** Gradients of PyTorch's autograd: tools/reference/gradients.py. */
const SIGLIP = fileURLToPath(new URL('./expected/gradients/siglip', import.meta.url));

describe('gradients of SigLIP', () => {
  it('are those of torch for every parameter', async () => {
    await selectEngine();
    const io = await readSafetensors(join(SIGLIP, 'io.safetensors'));
    const { transformer } = await loadSiglipTransformer(SIGLIP);
    const parameters = transformer.namedParameters();
    const { value, grads } = tf.variableGrads(() => {
      const { last } = transformer.apply(io.get('pixel_values') as tf.Tensor4D);
      return tf.sum(tf.mul(last, io.get('upstream') as tf.Tensor));
    }, transformer.parameters());
    const loss = io.get('loss')?.dataSync()[0] as number;
    expect(Math.abs((value.dataSync()[0] as number) - loss)).toBeLessThan(1e-4 * Math.abs(loss));
    for (const [name, variable] of parameters) {
      const wanted = io.get(`gradient.${name}`) ?? io.get(`gradient.vision_model.${name}`);
      const expected = (wanted as tf.Tensor).dataSync();
      const scale = Math.max(...expected.map(Math.abs), 1e-3);
      grads[variable.name]?.dataSync().forEach((actual, i) => {
        expect(Math.abs(actual - (expected[i] as number)) / scale, name).toBeLessThan(1e-3);
      });
      expect(grads[variable.name]?.shape, name).toEqual(wanted?.shape);
    }
    transformer.dispose();
  });
});
