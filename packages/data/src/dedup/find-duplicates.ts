import type { QuestionRecord, Split } from '@omnict/core';
import { Groups } from '../split/groups';
import { similarPairs } from './embedding-index';
import { hashImages, type HashOptions, type UnreadImage } from './image-hashes';
import { DEFAULT_HASH_RADIUS, nearPairs } from './near-pairs';

/** How duplicates are looked for. */
export interface DuplicateOptions extends HashOptions {
  /** Bits by which hashes may differ. Default 5. */
  radius?: number;
  /**
   * Second stage: features of an image (any length, all alike). Then images are duplicates when
   * their cosine reaches `similarity`, whether hash or features brought them together.
   */
  embed?: (path: string) => Promise<Float32Array>;
  /** Default 0.95. */
  similarity?: number;
}

/** Images that show the same. */
export interface DuplicateCluster {
  /** The one that stays: of the test split before validation before train, then the first. */
  kept: string;
  dropped: string[];
}

/** What was found. */
export interface DuplicateReport {
  images: number;
  /** Pairs within the hash radius. */
  hashPairs: number;
  /** Pairs at the similarity or above; null when there was no second stage. */
  embeddingPairs: number | null;
  clusters: DuplicateCluster[];
  /** Images that are dropped. */
  duplicates: number;
  unread: UnreadImage[];
}

const KEEP_ORDER: readonly Split[] = ['test', 'validation', 'train'];

/**
 * Two-stage de-duplication of images (App. F): clusters of near-equal perceptual hashes, then
 * similarity of features where a model is at hand. Clusters are chains: two images may be alike
 * through a third.
 */
export async function findDuplicates(
  records: Iterable<Pick<QuestionRecord, 'image' | 'modality' | 'split'>>,
  options: DuplicateOptions,
): Promise<DuplicateReport> {
  const images = new Map<string, QuestionRecord['modality']>();
  const splits = new Map<string, Split>();
  for (const { image, modality, split } of records) {
    images.set(image, modality);
    const before = splits.get(image);
    if (before === undefined || KEEP_ORDER.indexOf(split) < KEEP_ORDER.indexOf(before)) {
      splits.set(image, split);
    }
  }
  const { hashed, unread } = await hashImages(images, options);
  const hashPairs = nearPairs(hashed, options.radius ?? DEFAULT_HASH_RADIUS);
  const paths = hashed.map(({ image }) => options.resolve(image));
  const embeddingPairs = await secondStage(paths, hashPairs, options);
  const groups = new Groups(hashed.length);
  for (const [a, b] of embeddingPairs ?? hashPairs) groups.join(a, b);
  const rank = (image: string): number => KEEP_ORDER.indexOf(splits.get(image) as Split);
  const clusters = groups
    .members()
    .filter((members) => members.length > 1)
    .map((members): DuplicateCluster => {
      const names = members.map((member) => (hashed[member] as { image: string }).image);
      const kept = names.reduce((best, name) => (rank(name) < rank(best) ? name : best));
      return { kept, dropped: names.filter((name) => name !== kept) };
    });
  return {
    images: images.size,
    hashPairs: hashPairs.length,
    embeddingPairs: embeddingPairs?.length ?? null,
    clusters,
    duplicates: clusters.reduce((sum, { dropped }) => sum + dropped.length, 0),
    unread,
  };
}

async function secondStage(
  paths: readonly string[],
  hashPairs: readonly [number, number][],
  { embed, similarity = 0.95 }: DuplicateOptions,
): Promise<[number, number][] | null> {
  if (embed === undefined) return null;
  const vectors: Float32Array[] = [];
  for (const path of paths) vectors.push(await embed(path));
  const found = new Map<string, [number, number]>();
  for (const { a, b } of similarPairs(vectors, { similarity })) found.set(`${a} ${b}`, [a, b]);
  for (const [a, b] of hashPairs) {
    const pair = [vectors[a] as Float32Array, vectors[b] as Float32Array] as const;
    if (cosine(...pair) >= similarity) found.set(`${a} ${b}`, [a, b]);
  }
  return [...found.values()];
}

/** Cosine of the angle between two vectors; 0 when one is zero. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? 0 : dot / Math.sqrt(squareA * squareB);
}
