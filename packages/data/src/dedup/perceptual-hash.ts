import { ShapeError } from '@omnict/core';

/** A 64-bit hash as two unsigned words; BigInt would be ten times slower to compare. */
export interface PerceptualHash {
  high: number;
  low: number;
}

/** Side of the picture that is transformed, and of the block of frequencies that is kept. */
const [SIDE, KEPT] = [32, 8];

/** Cosines of the DCT-II for frequencies 1 to 8: the constant one tells brightness only. */
const COSINES = Float64Array.from({ length: KEPT * SIDE }, (_, index) => {
  const [frequency, position] = [Math.floor(index / SIDE) + 1, index % SIDE];
  return Math.cos(((2 * position + 1) * frequency * Math.PI) / (2 * SIDE));
});

/**
 * DCT perceptual hash (pHash) of an image file: near-equal pictures have hashes with few different
 * bits. Grey, 32 x 32, 8 x 8 lowest frequencies without the constant ones, each bit tells whether
 * its frequency is above their mean: bit for bit the hash of the `sharp-phash` package, which sums
 * over all 32^4 products where two passes of the separable transform need 10^4.
 *
 * @param image path of an image that sharp reads, or its bytes
 */
export async function perceptualHash(image: string | Uint8Array): Promise<PerceptualHash> {
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const pixels = await sharp(image)
    .greyscale()
    .resize(SIDE, SIDE, { fit: 'fill' })
    .rotate()
    .raw()
    .toBuffer();
  return hashOfPixels(pixels);
}

/** pHash of a plane of values, for instance a slice in Hounsfield units. @param shape `[H, W]` */
export async function perceptualHashOfPlane(
  plane: { data: ArrayLike<number>; shape: readonly [number, number] },
  [low, high]: readonly [number, number],
): Promise<PerceptualHash> {
  const [height, width] = plane.shape;
  const grey = Uint8Array.from(plane.data, (value) =>
    Math.round((255 * (Math.min(Math.max(value, low), high) - low)) / (high - low)),
  );
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const pixels = await sharp(grey, { raw: { width, height, channels: 1 } })
    .greyscale()
    .resize(SIDE, SIDE, { fit: 'fill' })
    .raw()
    .toBuffer();
  return hashOfPixels(pixels);
}

/** pHash of 32 x 32 grey pixels, row by row. @throws ShapeError for another number of pixels */
function hashOfPixels(pixels: Uint8Array): PerceptualHash {
  if (pixels.length !== SIDE * SIDE) {
    throw new ShapeError(
      `hashOfPixels: ${pixels.length} pixels; expected ${SIDE * SIDE}; resize the image`,
    );
  }
  const alongX = transformRows(pixels); // [SIDE, KEPT]
  const block = new Float64Array(KEPT * KEPT); // [u, v]: frequency along x, along y
  for (let u = 0; u < KEPT; u++) {
    for (let v = 0; v < KEPT; v++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) {
        sum += (COSINES[v * SIDE + y] as number) * (alongX[y * KEPT + u] as number);
      }
      block[u * KEPT + v] = sum;
    }
  }
  const mean = block.reduce((sum, value) => sum + value, 0) / block.length;
  const words = [0, 0];
  block.forEach((value, index) => {
    const word = index >> 5;
    words[word] = (((words[word] as number) << 1) | (value > mean ? 1 : 0)) >>> 0;
  });
  return { high: words[0] as number, low: words[1] as number };
}

function transformRows(pixels: Uint8Array): Float64Array {
  const result = new Float64Array(SIDE * KEPT);
  for (let y = 0; y < SIDE; y++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) {
        sum += (COSINES[u * SIDE + x] as number) * (pixels[y * SIDE + x] as number);
      }
      result[y * KEPT + u] = sum;
    }
  }
  return result;
}

/** How many bits differ. */
export function hammingDistance(a: PerceptualHash, b: PerceptualHash): number {
  return countBits(a.high ^ b.high) + countBits(a.low ^ b.low);
}

/** Ones in a 32-bit word. */
export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** 16 hexadecimal digits. */
export function formatHash({ high, low }: PerceptualHash): string {
  return [high, low].map((word) => word.toString(16).padStart(8, '0')).join('');
}
