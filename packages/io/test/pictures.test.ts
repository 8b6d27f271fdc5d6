import { ShapeError } from '@omnict/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePng, measureColour, readVolume } from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'omnict-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('encodePng', () => {
  it('comes back as it was', async () => {
    const path = join(folder, 'plane.png');
    writeFileSync(
      path,
      await encodePng(Uint8Array.of(0, 51, 102, 153, 204, 255), { width: 3, height: 2 }),
    );
    const { volume } = await readVolume(path);
    expect(volume.shape).toEqual([1, 2, 3]);
    const grey = Array.from(volume.data, (hu) => Math.round(((hu + 1000) / 2000) * 255));
    expect(grey).toEqual([0, 51, 102, 153, 204, 255]);
    expect((await sharp(path).metadata()).channels).toBe(1);
  });

  it('shrinks long planes only', async () => {
    const sizes = [];
    for (const [width, height] of [
      [200, 100],
      [40, 20],
    ] as const) {
      const png = await encodePng(new Uint8Array(width * height), { width, height, maxSide: 50 });
      const facts = await sharp(png).metadata();
      sizes.push([facts.width, facts.height]);
    }
    expect(sizes).toEqual([
      [50, 25],
      [40, 20],
    ]);
    await expect(encodePng(new Uint8Array(5), { width: 2, height: 2 })).rejects.toThrow(ShapeError);
  });
});

describe('measureColour', () => {
  it('tells coloured pictures from grey ones', async () => {
    const half = Buffer.alloc(3 * 100, 90);
    for (let i = 0; i < 50; i++) half[3 * i] = 200;
    const options = { raw: { width: 10, height: 10, channels: 3 as const } };
    await sharp(half, options).png().toFile(join(folder, 'half.png'));
    expect(await measureColour(join(folder, 'half.png'))).toBe(0.5);
    await sharp(Buffer.alloc(300, 90), options).jpeg().toFile(join(folder, 'grey.jpg'));
    expect(await measureColour(join(folder, 'grey.jpg'))).toBe(0);
    writeFileSync(join(folder, 'cut.png'), 'no picture');
    await expect(measureColour(join(folder, 'cut.png'))).rejects.toThrow(/cannot be decoded/);
  });
});
