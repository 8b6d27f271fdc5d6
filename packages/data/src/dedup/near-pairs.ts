import { HammingIndex } from './hamming-index';
import type { HashedImage } from './image-hashes';
import { hammingDistance } from './perceptual-hash';

/** Bits by which hashes of the same picture may differ. Default of the `sharp-phash` package. */
export const DEFAULT_HASH_RADIUS = 5;

/**
 * Pairs of images whose hashes are at most `radius` bits apart, all planes of volumes alike; slices
 * and volumes are not compared with each other.
 *
 * @returns places in `images`, the lower first
 */
export function nearPairs(
  images: readonly HashedImage[],
  radius = DEFAULT_HASH_RADIUS,
): [number, number][] {
  const pairs: [number, number][] = [];
  const index = new HammingIndex(images.map(({ hashes: [first] }) => first));
  index.forEachPair(radius, (a, b) => {
    const [left, right] = [images[a] as HashedImage, images[b] as HashedImage];
    const alike =
      left.hashes.length === right.hashes.length &&
      left.hashes.every((hash, i) => {
        const other = right.hashes[i];
        return other !== undefined && hammingDistance(hash, other) <= radius;
      });
    if (alike) pairs.push([a, b]);
  });
  return pairs;
}
