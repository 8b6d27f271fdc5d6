import { MissingDataError } from '@omnict/core';
import { selectEngine, tensorOfBytes } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureStore } from './feature-store';
import { FeatureWriter } from './feature-writer';

const root = mkdtempSync(join(tmpdir(), 'omnict-features-'));
beforeAll(async () => {
  await selectEngine();
});
afterAll(() => rmSync(root, { recursive: true }));

const SHAPE = [2, 3, 3, 4] as const;
const VALUES = 2 * 3 * 3 * 4;

/** Features of an image: each value tells image and place. */
function features(image: number): tf.Tensor {
  return tf.tidy(() =>
    tf.reshape(tf.add(tf.mul(tf.range(0, VALUES), 0.37), image * 100), [...SHAPE]),
  );
}

async function write(
  name: string,
  images: readonly number[],
  {
    storage = 'F16',
    fileBytes = 3 * VALUES * 2,
  }: { storage?: 'F16' | 'BF16' | 'F32'; fileBytes?: number } = {},
): Promise<string> {
  const folder = join(root, name);
  const writer = await FeatureWriter.create(folder, { storage, fileBytes });
  for (const image of images) await writer.add(`image-${image}`, features(image));
  await writer.close();
  return folder;
}

describe('features on disk', () => {
  it.each([
    ['F32', 0],
    ['F16', 2 ** -11],
    ['BF16', 2 ** -8],
  ] as const)('come back from files of several images as %s', async (storage, relative) => {
    const folder = await write(storage, [0, 1, 2, 3, 4, 5, 6], {
      storage,
      fileBytes: 3 * VALUES * (storage === 'F32' ? 4 : 2),
    });
    expect(readdirSync(folder).sort()).toEqual(
      [1, 2, 3].map((number) => `features-0000${number}.safetensors`),
    );
    const store = await FeatureStore.open(folder);
    expect(store.size).toBe(7);
    for (const image of [6, 0, 3]) {
      const { bytes, dtype, shape } = await store.read(`image-${image}`);
      expect(dtype).toBe(storage);
      expect(shape).toEqual(SHAPE);
      const values = tensorOfBytes(bytes, { dtype, shape }, 'test').dataSync();
      features(image)
        .dataSync()
        .forEach((value, i) => {
          expect(Math.abs((values[i] as number) - value)).toBeLessThanOrEqual(relative * value);
        });
    }
    await store.close();
  });

  it('of several writers lie in one folder', async () => {
    const folder = join(root, 'writers');
    for (const image of [0, 1]) {
      const writer = await FeatureWriter.create(folder, { storage: 'F16', name: `part-${image}` });
      await writer.add(`image-${image}`, features(image));
      await writer.close();
    }
    const store = await FeatureStore.open(folder);
    expect(store.size).toBe(2);
    for (const image of [0, 1]) expect((await store.read(`image-${image}`)).shape).toEqual(SHAPE);
    await expect(store.read('image-2')).rejects.toThrow(MissingDataError);
    await expect(store.read('image-2')).rejects.toThrow(/no features of image 'image-2'.*encode/);
    await store.close();
  });

  it('are kept in memory up to a limit, and read anew beyond it', async () => {
    const folder = await write('kept', [0, 1, 2]);
    const store = await FeatureStore.open(folder, { keptBytes: 2 * VALUES * 2 });
    const first = await Promise.all([0, 1, 2].map((image) => store.read(`image-${image}`)));
    const again = await Promise.all([0, 1, 2].map((image) => store.read(`image-${image}`)));
    expect(again.map((read, i) => read === first[i])).toEqual([true, true, false]);
    expect(again).toEqual(first);
    await store.close();
  });

  it('cut off are refused by name, also in the middle of a file that was open', async () => {
    const folder = await write('cut', [0, 1]);
    const path = join(folder, 'features-00001.safetensors');
    const store = await FeatureStore.open(folder, { keptBytes: 0 });
    truncateSync(path, statSync(path).size - 10);
    await expect(store.read('image-1')).rejects.toThrow(/features-00001\.safetensors: ends early/);
    await store.close();
    await expect(FeatureStore.open(folder)).rejects.toThrow(/features-00001\.safetensors/);
  });

  it('that are not there are told with the folder', async () => {
    const folder = join(root, 'nothing');
    await expect(FeatureStore.open(folder)).rejects.toThrow(/nothing: cannot be read; expected/);
  });

  it('free their tensors', async () => {
    const before = tf.memory().numTensors;
    await write('freed', [0, 1, 2, 3]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
