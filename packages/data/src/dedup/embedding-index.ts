import { Random, ShapeError } from '@omnict/core';
import { HammingIndex } from './hamming-index';
import type { PerceptualHash } from './perceptual-hash';

/** How similar vectors are looked for. */
export interface EmbeddingSearch {
  /** Least cosine similarity of a pair. Default 0.95. */
  similarity?: number;
  /** Bits by which signatures may differ. Default: where 99 of 100 such pairs are found. */
  radius?: number;
  seed?: number;
}

const BITS = 64;

/**
 * Pairs of vectors with a high cosine similarity, by an approximate index: the signs of 64 random
 * projections make a signature (Charikar, 2002), signatures a few bits apart are found by
 * {@link HammingIndex}, and each candidate's cosine is computed exactly. A bit differs with
 * probability angle / pi: what is found is right, and the share that is missed follows from the
 * radius.
 *
 * @param vectors of one length each
 * @throws ShapeError when lengths differ
 */
export function similarPairs(
  vectors: readonly Float32Array[],
  options: EmbeddingSearch = {},
): { a: number; b: number; similarity: number }[] {
  const { similarity: least = 0.95, seed = 0 } = options;
  const width = vectors[0]?.length ?? 0;
  const unit = vectors.map((vector, index) => {
    if (vector.length === width) return normalized(vector);
    throw new ShapeError(
      `similarPairs: vector ${index} has ${vector.length} numbers; expected ${width}; embed all with one model`,
    );
  });
  const planes = randomPlanes(width, new Random(seed));
  const index = new HammingIndex(unit.map((vector) => signature(vector, planes)));
  const pairs: { a: number; b: number; similarity: number }[] = [];
  index.forEachPair(options.radius ?? radiusFor(least), (a, b) => {
    const similarity = dot(unit[a] as Float32Array, unit[b] as Float32Array);
    if (similarity >= least) pairs.push({ a, b, similarity });
  });
  return pairs;
}

/** Bits within which 99 of 100 pairs at this similarity lie: mean and 2.33 standard deviations. */
function radiusFor(similarity: number): number {
  const p = Math.acos(Math.min(Math.max(similarity, -1), 1)) / Math.PI;
  return Math.min(BITS, Math.ceil(BITS * p + 2.33 * Math.sqrt(BITS * p * (1 - p))));
}

function randomPlanes(width: number, random: Random): Float32Array[] {
  return Array.from({ length: BITS }, () =>
    Float32Array.from({ length: width }, () => random.normal()),
  );
}

function signature(vector: Float32Array, planes: readonly Float32Array[]): PerceptualHash {
  const words = [0, 0];
  planes.forEach((plane, bit) => {
    const word = bit >> 5;
    words[word] = (((words[word] as number) << 1) | (dot(vector, plane) > 0 ? 1 : 0)) >>> 0;
  });
  return { high: words[0] as number, low: words[1] as number };
}

function normalized(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
