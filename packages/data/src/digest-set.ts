import { createHash } from 'node:crypto';

/** Slots are doubled from here whenever more than half are taken. */
const INITIAL_SLOTS = 1024;

/**
 * A set of texts that keeps 64 bits of each: a million ids take 16 to 32 MB, whatever their length.
 * Two of a million different texts are taken for equal with a chance of 3 in 10^8.
 */
export class DigestSet {
  /** High and low words of the digests; both 0 marks a free slot. */
  private words = new Uint32Array(2 * INITIAL_SLOTS);
  /** How many texts there are. */
  size = 0;

  /** Adds a text. @returns false when it was there already */
  add(text: string): boolean {
    const digest = createHash('sha1').update(text).digest();
    const high = digest.readUInt32LE(0);
    const low = digest.readUInt32LE(4) || 1; // 0, 0 is taken: it means free
    if (!this.insert(high, low)) return false;
    this.size++;
    if (4 * this.size > this.words.length) this.grow();
    return true;
  }

  private insert(high: number, low: number): boolean {
    const mask = this.words.length / 2 - 1;
    let slot = high & mask;
    while (this.words[2 * slot + 1] !== 0) {
      if (this.words[2 * slot] === high && this.words[2 * slot + 1] === low) return false;
      slot = (slot + 1) & mask;
    }
    this.words[2 * slot] = high;
    this.words[2 * slot + 1] = low;
    return true;
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) this.insert(old[i] as number, old[i + 1] as number);
    }
  }
}
