import { ConfigError, MissingDataError } from '@omnict/core';
import { selectEngine, supportsBfloat16 } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadVisionEncoder, resolveEncoderFolder } from './load-vision-encoder';
import { loadSiglipEncoder } from './siglip/encoder';

const folder = mkdtempSync(join(tmpdir(), 'omnict-encoder-'));
beforeAll(async () => {
  await selectEngine();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadVisionEncoder', () => {
  it('loads the preset, whose features tell images apart', async () => {
    const encoder = await loadSiglipEncoder(resolveEncoderFolder('siglip-tiny'));
    expect([encoder.imageSize, encoder.gridSize]).toEqual([108, 12]);
    const [air, tissue] = [-1, 0.04].map((value) =>
      encoder.encode(tf.fill([1, 3, 108, 108], value) as tf.Tensor4D),
    ) as [tf.Tensor, tf.Tensor];
    expect(air.shape).toEqual([1, 12, 12, 96]);
    expect(tf.mean(tf.abs(tf.sub(air, tissue))).dataSync()[0]).toBeGreaterThan(0.1);
    encoder.dispose();
  });

  it('multiplies in bfloat16 where asked, close to float32', async ({ skip }) => {
    skip(!supportsBfloat16(), 'only the TensorFlow engine multiplies in bfloat16');
    const units = tf.randomNormal([2, 3, 108, 108], 0, 0.5, 'float32', 1) as tf.Tensor4D;
    const [exact, rounded] = await Promise.all(
      (['f32', 'bf16'] as const).map(async (precision) => {
        const encoder = await loadSiglipEncoder(resolveEncoderFolder('siglip-tiny'), { precision });
        const features = encoder.encode(units);
        encoder.dispose();
        return features;
      }),
    );
    const error = tf.norm(tf.sub(exact as tf.Tensor, rounded as tf.Tensor));
    const relative = tf.div(error, tf.norm(exact as tf.Tensor)).dataSync()[0];
    expect(relative).toBeGreaterThan(1e-5);
    expect(relative).toBeLessThan(2e-2);
  });

  it('names the presets when a name is unknown', async () => {
    await expect(loadVisionEncoder('siglip-huge')).rejects.toThrow(/siglip-huge.*siglip-tiny/);
    await expect(loadVisionEncoder('siglip-huge')).rejects.toThrow(ConfigError);
  });

  it('says which field of config.json is missing', async () => {
    const copy = join(folder, 'no-size');
    cpSync(resolveEncoderFolder('siglip-tiny'), copy, { recursive: true });
    const path = join(copy, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    delete config['patch_size'];
    writeFileSync(path, JSON.stringify(config));
    await expect(loadVisionEncoder(copy)).rejects.toThrow(/patch_size/);
  });

  it('refuses weights of other sizes and missing weights', async () => {
    const copy = join(folder, 'wide');
    cpSync(resolveEncoderFolder('siglip-tiny'), copy, { recursive: true });
    const path = join(copy, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...config, intermediate_size: 300 }));
    await expect(loadVisionEncoder(copy)).rejects.toThrow(/of another shape/);
    writeFileSync(path, JSON.stringify({ ...config, num_hidden_layers: 5 }));
    await expect(loadVisionEncoder(copy)).rejects.toThrow(/missing: .*layers\.4\./);
    rmSync(join(copy, 'model.safetensors'));
    await expect(loadVisionEncoder(copy)).rejects.toThrow(MissingDataError);
  });
});
