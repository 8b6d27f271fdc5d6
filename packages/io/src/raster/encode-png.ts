import { ShapeError } from '@omnict/core';

/**
 * Encodes one grey plane as PNG.
 *
 * @param grey `[H, W]`, 0 black to 255 white
 * @param maxSide longer planes are shrunk to this many pixels, keeping their proportions
 * @returns bytes of the file
 * @throws ShapeError when the plane has another number of pixels
 */
export async function encodePng(
  grey: Uint8Array,
  { width, height, maxSide }: { width: number; height: number; maxSide?: number },
): Promise<Uint8Array> {
  if (grey.length !== width * height) {
    throw new ShapeError(
      `encodePng: expected ${height} x ${width} pixels, got ${grey.length}; give one plane`,
    );
  }
  const { default: sharp } = await import('sharp');
  const image = sharp(grey, { raw: { width, height, channels: 1 } });
  if (maxSide !== undefined && Math.max(width, height) > maxSide) {
    image.resize({ width: maxSide, height: maxSide, fit: 'inside' });
  }
  return image.toColourspace('b-w').png().toBuffer();
}
