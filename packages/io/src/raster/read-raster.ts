import { FormatError, ShapeError } from '@omnict/core';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemFile } from '../files-below';
import type { ValueUnit } from '../hounsfield';
import type { RawImage } from '../nifti/read-nifti';

/** Pixels of a plane above this are refused: CT planes have a quarter of a million. */
const MAX_PIXELS = 2 ** 26;

const RASTER_FILE = /\.(png|jpe?g)$/i;

/**
 * Reads a PNG or JPEG, 8 or 16 bit, as one slice, or a folder of them as a volume in natural order of
 * names.
 *
 * Colour is turned to grey.
 *
 * @returns grey as stored
 * @throws FormatError for damaged pictures, ShapeError when a folder's pictures differ in size
 */
export async function readRaster(
  path: string,
): Promise<{ image: RawImage; unit: ValueUnit; warnings: string[] }> {
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? await picturesIn(path) : [path];
  const planes = [];
  for (const file of files) planes.push(await readPlane(file));
  const [first] = planes as [Plane];
  const { width, height } = first;
  const data = new Float32Array(planes.length * width * height);
  planes.forEach((plane, index) => {
    if (plane.width !== width || plane.height !== height || plane.is16Bit !== first.is16Bit) {
      throw new ShapeError(
        `${files[index]}: ${plane.width} x ${plane.height} pixels of ${plane.is16Bit ? 16 : 8} bits; expected ${width} x ${height} of ${first.is16Bit ? 16 : 8} as in ${files[0]}; keep one series a folder`,
      );
    }
    data.set(plane.data, index * width * height);
  });
  return {
    image: {
      data,
      shape: [planes.length, height, width],
      spacing: [1, 1, 1],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      warnings: [],
    },
    unit: first.is16Bit ? 'grey16' : 'grey8',
    warnings: ['pictures have no geometry: voxels of 1 mm assumed'],
  };
}

async function picturesIn(folder: string): Promise<string[]> {
  const byNumber = new Intl.Collator('en', { numeric: true });
  return (await readdir(folder))
    .filter((name) => RASTER_FILE.test(name) && !isSystemFile(name))
    .sort((a, b) => byNumber.compare(a, b))
    .map((name) => join(folder, name));
}

interface Plane {
  /** Grey as stored. */
  data: Float32Array;
  is16Bit: boolean;
  width: number;
  height: number;
}

async function readPlane(path: string): Promise<Plane> {
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  try {
    const image = sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'truncated' });
    const { depth } = await image.metadata();
    const is16Bit = depth === 'ushort';
    const { data, info } = await image
      .removeAlpha()
      .toColourspace(is16Bit ? 'grey16' : 'b-w')
      .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) {
      plane[i] = is16Bit ? data.readUInt16LE(i * channels * 2) : (data[i * channels] as number);
    }
    return { data: plane, is16Bit, width, height };
  } catch (error) {
    throw new FormatError(
      `${path}: cannot be decoded; expected a whole PNG or JPEG picture; fetch it again`,
      { cause: error },
    );
  }
}
