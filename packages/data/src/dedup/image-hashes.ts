import { readVolume } from '@omnict/io';
import type { QuestionRecord, Volume } from '@omnict/core';
import pMap from 'p-map';
import { type PerceptualHash, perceptualHash, perceptualHashOfPlane } from './perceptual-hash';

/** Hashes of one image: one of a slice, three of a volume's middle planes. */
export type ImageHashes = readonly [PerceptualHash, ...PerceptualHash[]];

/** Pictures that sharp decodes; everything else is read as CT. */
const PICTURE = /\.(?:png|jpe?g|webp|tiff?|gif|bmp)$/i;

/** Hounsfield units that are told apart (Sec. 3.3 of the paper). */
const WINDOW = [-1000, 1000] as const;

/** The different images of records, in order of appearance. */
export interface HashedImage {
  /** Path as in the records. */
  image: string;
  modality: QuestionRecord['modality'];
  hashes: ImageHashes;
}

/** An image that could not be hashed. */
export interface UnreadImage {
  image: string;
  message: string;
}

/** What to hash and how. */
export interface HashOptions {
  /** Absolute path of a record's image. */
  resolve: (image: string) => string;
  /** Images in work at a time. Default 4. */
  concurrency?: number;
  onProgress?: (done: number, total: number) => void;
}

/** Hashes each image once. Images that cannot be read are listed, and the rest goes on. */
export async function hashImages(
  images: ReadonlyMap<string, QuestionRecord['modality']>,
  { resolve, concurrency = 4, onProgress }: HashOptions,
): Promise<{ hashed: HashedImage[]; unread: UnreadImage[] }> {
  const unread: UnreadImage[] = [];
  let done = 0;
  const results = await pMap(
    images,
    async ([image, modality]): Promise<HashedImage | null> => {
      try {
        return { image, modality, hashes: await imageHashes(resolve(image)) };
      } catch (error) {
        unread.push({ image, message: error instanceof Error ? error.message : String(error) });
        return null;
      } finally {
        onProgress?.(++done, images.size);
      }
    },
    { concurrency },
  );
  return { hashed: results.filter((result) => result !== null), unread };
}

/** Hashes of an image file, or of a folder with a series. */
export async function imageHashes(path: string): Promise<ImageHashes> {
  if (PICTURE.test(path)) return [await perceptualHash(path)];
  const { volume } = await readVolume(path);
  const [axial, ...others] = await Promise.all(
    middlePlanes(volume).map((plane) => perceptualHashOfPlane(plane, WINDOW)),
  );
  return [axial as PerceptualHash, ...others];
}

interface Plane {
  data: Float32Array;
  shape: readonly [number, number];
}

/** Axial, coronal and sagittal plane through the middle; of a single slice, that slice. */
function middlePlanes({ data, shape: [D, H, W] }: Volume): Plane[] {
  const plane = (rows: number, columns: number, at: (r: number, c: number) => number): Plane => ({
    data: Float32Array.from(
      { length: rows * columns },
      (_, i) => data[at(Math.floor(i / columns), i % columns)] as number,
    ),
    shape: [rows, columns],
  });
  const [z, y, x] = [D >> 1, H >> 1, W >> 1];
  const axial = plane(H, W, (r, c) => (z * H + r) * W + c);
  if (D === 1) return [axial];
  return [
    axial,
    plane(D, W, (r, c) => (r * H + y) * W + c),
    plane(D, H, (r, c) => (r * H + c) * W + x),
  ];
}
