import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSiglipEncoder, triAxialEmbedding } from '../src/index';

const expected = (name: string) =>
  JSON.parse(readFileSync(new URL(`./expected/${name}`, import.meta.url), 'utf8')) as Record<
    string,
    never
  >;

beforeAll(async () => {
  await selectEngine();
});

describe('against transformers and the paper', () => {
  it("SigLIP's features equal SiglipVisionModel's last hidden state", async () => {
    const { units, features } = expected('siglip.json') as unknown as Record<string, number[]>;
    const folder = fileURLToPath(new URL('./expected/siglip', import.meta.url));
    const encoder = await loadSiglipEncoder(folder);
    const output = encoder.encode(tf.tensor4d(units as number[], [2, 3, 20, 20]));
    const values = output.dataSync();
    expect(values).toHaveLength((features as number[]).length);
    const worst = Math.max(
      ...(features as number[]).map((v, i) => Math.abs(v - (values[i] as number))),
    );
    expect(worst).toBeLessThan(2e-4);
    encoder.dispose();
  });

  it('the tri-axial embedding equals Eq. 2, transcribed', () => {
    const { shape, features, widths, base, embedded } = expected('tri-axial.json') as unknown as {
      shape: number[];
      features: number[];
      widths: [number, number, number];
      base: number;
      embedded: number[];
    };
    const [depthWidth, heightWidth, widthWidth] = widths;
    const output = triAxialEmbedding(tf.tensor(features, shape), {
      depthWidth,
      heightWidth,
      widthWidth,
      base,
    }).dataSync();
    expect(output).toHaveLength(embedded.length);
    embedded.forEach((value, i) => expect(output[i]).toBeCloseTo(value, 5));
  });
});
