import { countBits, type PerceptualHash } from './perceptual-hash';

/** A hash is cut into chunks of this many bits. */
const CHUNK_BITS = 16;
const CHUNKS = 64 / CHUNK_BITS;
const BUCKETS = 2 ** CHUNK_BITS;

/**
 * Finds 64-bit hashes within a Hamming distance of each other, exactly: multi-index hashing (Norouzi,
 * Punjani and Fleet, 2012). Of hashes at most r bits apart, at least one of four 16-bit chunks
 * differs in at most r / 4 bits, so only hashes that share such a chunk are compared.
 *
 * Memory: 32 bytes a hash and 1 MB.
 */
export class HammingIndex {
  private readonly words: Uint32Array;
  /** For each chunk: where its buckets begin, and the items sorted by bucket. */
  private readonly starts: Uint32Array[] = [];
  private readonly items: Uint32Array[] = [];

  constructor(hashes: readonly PerceptualHash[]) {
    this.words = new Uint32Array(2 * hashes.length);
    hashes.forEach(({ high, low }, index) => this.words.set([high, low], 2 * index));
    for (let chunk = 0; chunk < CHUNKS; chunk++) this.sortChunk(chunk, hashes.length);
  }

  /** Counting sort of all items by one chunk of their hash. */
  private sortChunk(chunk: number, count: number): void {
    const starts = new Uint32Array(BUCKETS + 1);
    for (let item = 0; item < count; item++) {
      const bucket = this.chunkOf(item, chunk);
      starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      starts[bucket + 1] = (starts[bucket + 1] as number) + (starts[bucket] as number);
    }
    const next = starts.slice();
    const items = new Uint32Array(count);
    for (let item = 0; item < count; item++) {
      const bucket = this.chunkOf(item, chunk);
      items[next[bucket] as number] = item;
      next[bucket] = (next[bucket] as number) + 1;
    }
    this.starts.push(starts);
    this.items.push(items);
  }

  private chunkOf(item: number, chunk: number): number {
    const word = this.words[2 * item + (chunk >> 1)] as number;
    return (chunk & 1) === 0 ? word >>> CHUNK_BITS : word & (BUCKETS - 1);
  }

  /** Calls back for each pair of items at most `radius` bits apart, once, the lower item first. */
  forEachPair(radius: number, visit: (a: number, b: number, distance: number) => void): void {
    const flips = flipsUpTo(Math.floor(radius / CHUNKS));
    const count = this.words.length / 2;
    const seen = new Uint32Array(count).fill(0xffffffff);
    for (let item = 0; item < count; item++) {
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        const [starts, items] = [
          this.starts[chunk] as Uint32Array,
          this.items[chunk] as Uint32Array,
        ];
        const own = this.chunkOf(item, chunk);
        for (const flip of flips) {
          const bucket = own ^ flip;
          const end = starts[bucket + 1] as number;
          for (let at = starts[bucket] as number; at < end; at++) {
            const other = items[at] as number;
            if (other <= item || seen[other] === item) continue;
            seen[other] = item; // the same pair may share several chunks
            const distance = this.distance(item, other);
            if (distance <= radius) visit(item, other, distance);
          }
        }
      }
    }
  }

  private distance(a: number, b: number): number {
    const high = (this.words[2 * a] as number) ^ (this.words[2 * b] as number);
    const low = (this.words[2 * a + 1] as number) ^ (this.words[2 * b + 1] as number);
    return countBits(high) + countBits(low);
  }
}

/** All 16-bit words with at most `bits` ones. */
function flipsUpTo(bits: number): number[] {
  let words = [0];
  const all = new Set(words);
  for (let step = 0; step < bits; step++) {
    words = words.flatMap((word) =>
      Array.from({ length: CHUNK_BITS }, (_, bit) => word ^ (1 << bit)),
    );
    for (const word of words) all.add(word);
  }
  return [...all];
}
