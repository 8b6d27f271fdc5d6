/**
 * Seeded random numbers, the same on every engine and platform.
 *
 * xoshiro128** (Blackman and Vigna, 2018) seeded through splitmix32, so that neighbouring seeds
 * give unrelated streams. Integer arithmetic only: results do not depend on the float unit.
 * Always passed in, never global, so that a result can be traced to one seed.
 */
export class Random {
  private readonly state: Uint32Array;
  private spareNormal: number | null = null;

  /** @param seed any integer, or text: text is hashed, so that streams can be named. */
  constructor(seed: number | string) {
    let mixer = typeof seed === 'number' ? seed >>> 0 : hashText(seed);
    this.state = Uint32Array.from({ length: 4 }, () => {
      mixer = (mixer + 0x9e3779b9) >>> 0;
      let word = mixer;
      word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return (word ^ (word >>> 15)) >>> 0;
    });
  }

  /** An independent stream named after its purpose; drawing from it leaves this one unchanged. */
  fork(purpose: string): Random {
    return new Random(`${Array.from(this.state).join(',')}/${purpose}`);
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    const s = this.state as unknown as [number, number, number, number];
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** Uniform in [low, high), 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 4294967296);
  }

  /** Uniform integer in [0, exclusiveMax), without modulo bias. */
  integer(exclusiveMax: number): number {
    const limit = 4294967296 - (4294967296 % exclusiveMax);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % exclusiveMax;
  }

  /** Normal with the given mean and standard deviation (Marsaglia's polar method). */
  normal(mean = 0, standardDeviation = 1): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return mean + standardDeviation * spare;
    }
    let u: number, v: number, square: number;
    do {
      u = this.uniform(-1, 1);
      v = this.uniform(-1, 1);
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.spareNormal = v * factor;
    return mean + standardDeviation * u * factor;
  }

  /** One element, uniformly. */
  choice<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = items.slice();
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  /** The stream's position, for checkpoints. */
  snapshot(): { state: number[]; spareNormal: number | null } {
    return { state: Array.from(this.state), spareNormal: this.spareNormal };
  }

  /** Continues a stream where {@link Random.snapshot} left it. */
  static restore(snapshot: { state: readonly number[]; spareNormal: number | null }): Random {
    const random = new Random(0);
    random.state.set(snapshot.state);
    random.spareNormal = snapshot.spareNormal;
    return random;
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** FNV-1a, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
