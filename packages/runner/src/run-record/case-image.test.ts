import { Random } from '@omnict/core';
import { writeNpy } from '@omnict/io';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { PREPARED_IMAGES, PREPARED_MASKS } from '../stages/prepare';
import { type CaseImage, MAX_CASE_BYTES, readCaseImage } from './case-image';

const folder = mkdtempSync(join(tmpdir(), 'omnict-case-'));
for (const name of [PREPARED_IMAGES, PREPARED_MASKS]) mkdirSync(join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WINDOW = [-200, 500] as const;
type Shape = [number, number, number];

/** Writes an image in [-1, 1] and its label map, by voxel. */
async function write(
  key: string,
  shape: Shape,
  at: (z: number, y: number, x: number) => { value: number; label: number },
): Promise<void> {
  const [depth, height, width] = shape;
  const data = new Float32Array(depth * height * width);
  const labels = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const plane = i % (height * width);
    const { value, label } = at(
      Math.floor(i / (height * width)),
      Math.floor(plane / width),
      plane % width,
    );
    data[i] = value;
    labels[i] = label;
  }
  await writeNpy(join(folder, PREPARED_IMAGES, `${key}.npy`), { data, shape }, { float16: true });
  await writeNpy(join(folder, PREPARED_MASKS, `${key}.npy`), { data: labels, shape });
}

/** Pixels of a plane, as a page reads them from an atlas. */
async function plane({ shape, tile, columns }: CaseImage, url: string, z: number) {
  const [, height, width] = shape;
  const bytes = Buffer.from(url.replace(/^data:image\/\w+;base64,/, ''), 'base64');
  const left = (z % columns) * tile[1];
  const top = Math.floor(z / columns) * tile[0];
  const image = sharp(bytes).extract({ left, top, width, height }).toColourspace('b-w');
  return image.raw().toBuffer();
}

describe('images of cases', () => {
  it('show every plane of a small image, its labels to the digit', async () => {
    // A slope in each plane, higher in each: smooth, as JPEG wants it.
    await write('small', [5, 21, 30], (z, y, x) => ({
      value: -1 + z * 0.2 + (y + x) * 0.01,
      label: y > x ? z + 1 : 0,
    }));
    const image = await readCaseImage(folder, 'small', WINDOW);
    if (image?.labels === undefined) throw new Error('no image');
    expect(image).toMatchObject({ shape: [5, 21, 30], tile: [24, 32], window: WINDOW });
    for (let z = 0; z < 5; z++) {
      const grey = await plane(image, image.atlas, z);
      const labels = await plane(image, image.labels, z);
      for (let i = 0; i < 21 * 30; i++) {
        const [y, x] = [Math.floor(i / 30), i % 30];
        const value = -1 + z * 0.2 + (y + x) * 0.01;
        expect(Math.abs((grey[i] as number) - ((value + 1) / 2) * 255)).toBeLessThan(6);
        expect(labels[i]).toBe(y > x ? z + 1 : 0);
      }
    }
  });

  it('stay below their size, of noise too', async () => {
    const random = new Random('noise');
    await write('noise', [96, 160, 160], () => ({
      value: random.uniform() * 2 - 1,
      label: Math.floor(random.uniform() * 60),
    }));
    const image = await readCaseImage(folder, 'noise', WINDOW);
    const size = (image?.atlas.length ?? 0) + (image?.labels?.length ?? 0);
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThanOrEqual(MAX_CASE_BYTES);
  });

  it('are null where the stage has none', async () => {
    expect(await readCaseImage(folder, 'absent', WINDOW)).toBeNull();
  });
});
