import type { Volume } from '@omnict/core';
import { applyWindow, type HounsfieldWindow } from '@omnict/io';

/** How a volume becomes pictures. */
export interface FrameOptions {
  /** Most slices, evenly spaced over the whole volume; the middle ones of equal parts. */
  frames: number;
  /** HU shown as black and white. */
  window: HounsfieldWindow;
}

/** Positions of `count` slices: the middle of each of `count` equal parts of `depth`. */
export function framePositions(depth: number, count: number): number[] {
  const frames = Math.min(depth, count);
  return Array.from({ length: frames }, (_, frame) =>
    Math.min(depth - 1, Math.floor(((frame + 0.5) * depth) / frames)),
  );
}

/** Axial slices of a volume as 8-bit grey PNGs, from its first slice to its last. */
export async function volumeFrames(
  { data, shape: [depth, height, width] }: Volume,
  { frames, window }: FrameOptions,
): Promise<Uint8Array[]> {
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const size = height * width;
  return Promise.all(
    framePositions(depth, frames).map((slice) => {
      const values = applyWindow(data.subarray(slice * size, (slice + 1) * size), window);
      const grey = Uint8Array.from(values, (value) => Math.round((value + 1) * 127.5));
      return sharp(grey, { raw: { width, height, channels: 1 } })
        .png()
        .toBuffer();
    }),
  );
}
