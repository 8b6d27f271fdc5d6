import { MissingDataError, type Volume, writeFileAtomic } from '@omnict/core';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Added to HU, so that air is not negative; {@link readRaster} takes it away again. */
const HU_SHIFT = 1024;

/** Largest grey value that is read back as HU. */
const MAX_GREY = 8191;

/**
 * Writes a volume as 16-bit grey PNG of HU + 1024: one plane as the file `path`, several as files
 * `0001.png`, `0002.png`, ... in the folder `path`, feet first. Geometry is lost; HU from -1024 to
 * 7167 are kept.
 *
 * @returns paths of the files
 * @throws MissingDataError when a file cannot be written
 */
export async function writePngSlices(path: string, volume: Volume): Promise<string[]> {
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const [depth, height, width] = volume.shape;
  const area = height * width;
  await mkdir(depth === 1 ? dirname(path) : path, { recursive: true });
  const files: string[] = [];
  for (let plane = 0; plane < depth; plane++) {
    const file = depth === 1 ? path : join(path, `${String(plane + 1).padStart(4, '0')}.png`);
    const grey = Uint16Array.from(volume.data.subarray(plane * area, (plane + 1) * area), (value) =>
      Math.max(0, Math.min(MAX_GREY, Math.round(value) + HU_SHIFT)),
    );
    const png = await sharp(grey, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer()
      .catch((error: unknown) => {
        throw new MissingDataError(`${file}: cannot be encoded as PNG; check the plane's size`, {
          cause: error,
        });
      });
    await writeFileAtomic(file, png);
    files.push(file);
  }
  return files;
}
