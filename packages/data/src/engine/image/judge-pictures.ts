import { imagePart, type ImagePart } from '@omnict/chat';
import { applyWindow, encodePng, type HounsfieldWindow } from '@omnict/io';
import type { Volume } from '@omnict/core';
import { planesOf } from './planes';

/** Planes of a volume a model is shown. */
const SHOWN_PLANES = 3;

/** Longest side in pixels: detail enough to judge, and cheap in tokens. */
const MAX_SIDE = 768;

/** Usual reading windows in HU: lung (level -600, width 1500) and soft tissue (40, 400). */
const READING_WINDOWS: readonly HounsfieldWindow[] = [
  [-1350, 150],
  [-160, 240],
];

/** The window that gives a picture its grey back. */
const PICTURE_WINDOW: HounsfieldWindow = [-1000, 1000];

/**
 * The image as a vision-language model sees it: one picture of a slice, three of a volume. Planes in
 * HU are shown in lung and soft tissue windows side by side.
 */
export async function judgePictures(
  volume: Volume,
  { hasHounsfield }: { hasHounsfield: boolean },
): Promise<ImagePart[]> {
  const windows = hasHounsfield ? READING_WINDOWS : [PICTURE_WINDOW];
  return Promise.all(
    planesOf(volume, SHOWN_PLANES).map(async ({ hu, width, height }) => {
      const grey = new Uint8Array(windows.length * width * height);
      windows.forEach((window, panel) => {
        const values = applyWindow(hu, window);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const at = (y * windows.length + panel) * width + x;
            grey[at] = Math.round(((values[y * width + x] as number) + 1) * 127.5);
          }
        }
      });
      const size = { width: windows.length * width, height, maxSide: windows.length * MAX_SIDE };
      return imagePart(await encodePng(grey, size), 'image/png');
    }),
  );
}
