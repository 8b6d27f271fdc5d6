import { join } from 'node:path';
import { PREPARED_IMAGES, PREPARED_MASKS } from '../stages/prepare';
import { readPlanes, type Planes } from './case-image';

/** Pixels a side at most. */
const MAX_SIDE = 256;

/** What the page's viewer tints an organ with, and how much. */
const TINT = [255, 170, 20] as const;
const TINT_SHARE = 0.45;

/** One slice of an image, as a picture. */
interface CasePicture {
  /** Data URL of a JPEG. */
  picture: string;
  place: string;
}

/**
 * Draws the slice of a prepared image that shows most of an organ, tinted; the middle one without an organ.
 *
 * @param prepared outputs of the prepare stage @param key of the image @param labels of the organ
 * @returns null when the stage has no such image
 */
export async function readCasePicture(
  prepared: string,
  key: string,
  labels: readonly number[],
): Promise<CasePicture | null> {
  const image = await readPlanes(join(prepared, PREPARED_IMAGES, `${key}.npy`));
  if (image === null) return null;
  const mask = await readPlanes(join(prepared, PREPARED_MASKS, `${key}.npy`));
  const [depth, height, width] = image.shape;
  const wanted = new Set(labels);
  const plane = fullestPlane(mask, wanted) ?? Math.floor(depth / 2);
  const start = plane * height * width;
  const pixels = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) {
    const grey = image.data[start + i] as number;
    const isOrgan = mask !== null && wanted.has(mask.data[start + i] as number);
    TINT.forEach((tint, channel) => {
      pixels[3 * i + channel] = isOrgan ? (1 - TINT_SHARE) * grey + TINT_SHARE * tint : grey;
    });
  }
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(MAX_SIDE, MAX_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toBuffer();
  return {
    picture: `data:image/jpeg;base64,${jpeg.toString('base64')}`,
    place: depth === 1 ? 'slice' : `slice ${plane + 1} of ${depth}`,
  };
}

/** The plane with most voxels of the labels; undefined where none has any. */
function fullestPlane(mask: Planes | null, labels: ReadonlySet<number>): number | undefined {
  if (mask === null) return undefined;
  const size = mask.shape[1] * mask.shape[2];
  const counts = new Map<number, number>();
  mask.data.forEach((label, index) => {
    if (!labels.has(label)) return;
    const plane = Math.floor(index / size);
    counts.set(plane, (counts.get(plane) ?? 0) + 1);
  });
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
