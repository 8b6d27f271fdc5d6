import type { Shape3D } from '@omnict/core';
import { encodePng, readNpy } from '@omnict/io';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PREPARED_IMAGES, PREPARED_MASKS } from '../stages/prepare';

/** A prepared image in 8 bits, small enough for a page. */
export interface CaseImage {
  /** `[D, H, W]` of the image; planes lie row by row in the atlas, each in the upper left of its tile. */
  shape: Shape3D;
  /** Height and width of a tile. */
  tile: readonly [height: number, width: number];
  /** Planes in a row of the atlas. */
  columns: number;
  /** Hounsfield units that 0 and 255 stand for. */
  window: readonly [low: number, high: number];
  /** Data URL of a grey JPEG. */
  atlas: string;
  /** Data URL of a grey PNG of the label map. */
  labels?: string;
}

/** Bytes that an image may take as text in a page, its labels included. */
export const MAX_CASE_BYTES = 150_000;

/** Planes and pixels a side that a page shows at most. */
const MAX_PLANES = 64;
const MAX_SIDE = 256;

/** Qualities that are tried, best first; below the last one the planes are halved instead. */
const QUALITIES = [92, 85, 75, 60];

/** Tiles begin at whole blocks of JPEG, so that planes do not run into each other. */
const BLOCK = 8;

/** Planes of equal size. */
export interface Planes {
  data: Uint8Array;
  shape: Shape3D;
}

/**
 * Reads a prepared image with its label map and makes both small enough: planes thinned, sides halved, then
 * coarser JPEG.
 *
 * @param prepared outputs of the prepare stage @param key of the image
 * @returns null when the stage has no such image
 */
export async function readCaseImage(
  prepared: string,
  key: string,
  window: readonly [low: number, high: number],
): Promise<CaseImage | null> {
  const found = await readPlanes(join(prepared, PREPARED_IMAGES, `${key}.npy`));
  if (found === null) return null;
  const mask = await readPlanes(join(prepared, PREPARED_MASKS, `${key}.npy`));
  for (let planes = MAX_PLANES, side = MAX_SIDE; ; side /= 2, planes /= 2) {
    const image = tiled(shrink(found, { planes, side, isLabels: false }));
    const labels = mask && tiled(shrink(mask, { planes, side, isLabels: true }));
    const labelsUrl = labels && dataUrl('png', await encodePng(labels.atlas, labels));
    for (const quality of QUALITIES) {
      const url = dataUrl('jpeg', await encodeJpeg(image, quality));
      const isSmallest = side <= BLOCK || planes <= 1;
      if (url.length + (labelsUrl?.length ?? 0) > MAX_CASE_BYTES && !isSmallest) continue;
      const { shape, tile, columns } = image;
      return {
        shape,
        tile,
        columns,
        window,
        atlas: url,
        ...(labelsUrl !== null && { labels: labelsUrl }),
      };
    }
  }
}

/** Planes beside each other in one grey image. */
interface Atlas extends Pick<CaseImage, 'shape' | 'tile' | 'columns'> {
  atlas: Uint8Array;
  width: number;
  height: number;
}

function tiled({ data, shape }: Planes): Atlas {
  const [depth, rows, cells] = shape;
  const tile = [Math.ceil(rows / BLOCK) * BLOCK, Math.ceil(cells / BLOCK) * BLOCK] as const;
  const columns = Math.ceil(Math.sqrt(depth));
  const width = columns * tile[1];
  const height = Math.ceil(depth / columns) * tile[0];
  const atlas = new Uint8Array(width * height);
  for (let plane = 0; plane < depth; plane++) {
    const top = Math.floor(plane / columns) * tile[0];
    const left = (plane % columns) * tile[1];
    // The last row and column go on to the tile's end: JPEG would ring at a step to black.
    for (let row = 0; row < tile[0]; row++) {
      const from = (plane * rows + Math.min(row, rows - 1)) * cells;
      const at = (top + row) * width + left;
      atlas.set(data.subarray(from, from + cells), at);
      atlas.fill(data[from + cells - 1] as number, at + cells, at + tile[1]);
    }
  }
  return { shape, tile, columns, atlas, width, height };
}

async function encodeJpeg({ atlas, width, height }: Atlas, quality: number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const image = sharp(atlas, { raw: { width, height, channels: 1 } });
  return image.toColourspace('b-w').jpeg({ quality }).toBuffer();
}

function dataUrl(format: 'png' | 'jpeg', bytes: Uint8Array): string {
  return `data:image/${format};base64,${Buffer.from(bytes).toString('base64')}`;
}

/** Reads an array of a prepare stage as bytes; images are in [-1, 1]. @returns null where there is none */
export async function readPlanes(path: string): Promise<Planes | null> {
  if (!existsSync(path)) return null;
  const { data, shape } = await readNpy(path);
  const bytes = data instanceof Uint8Array ? data : toBytes(data);
  return { data: bytes, shape: shape as [number, number, number] };
}

/** From [-1, 1]; a loop, since `Uint8Array.from` takes thirty times as long, seconds for a page. */
function toBytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Math.round((((values[i] as number) + 1) / 2) * 255);
  }
  return bytes;
}

/** Thins planes evenly and shrinks their sides by whole factors: means of grey values, one of the labels. */
function shrink(
  { data, shape: [depth, height, width] }: Planes,
  { planes, side, isLabels }: { planes: number; side: number; isLabels: boolean },
): Planes {
  const kept = Math.min(depth, Math.max(1, Math.floor(planes)));
  const factor = Math.max(1, Math.ceil(Math.max(height, width) / side));
  const [rows, columns] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const result = new Uint8Array(kept * rows * columns);
  for (let plane = 0; plane < kept; plane++) {
    const source = Math.floor(((plane + 0.5) * depth) / kept) * height * width;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let [sum, count] = [0, 0];
        for (let dy = 0; dy < factor && y * factor + dy < height; dy++) {
          for (let dx = 0; dx < factor && x * factor + dx < width; dx++) {
            const value = data[source + (y * factor + dy) * width + x * factor + dx] as number;
            sum = isLabels ? value : sum + value; // the last of the labels stands for its block
            count = isLabels ? 1 : count + 1;
          }
        }
        result[(plane * rows + y) * columns + x] = Math.round(sum / count);
      }
    }
  }
  return { data: result, shape: [kept, rows, columns] };
}
