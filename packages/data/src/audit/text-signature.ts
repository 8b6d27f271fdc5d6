import type { PerceptualHash } from '../dedup/perceptual-hash';

/** Words from which on a text is someone's own: shorter answers are alike by chance. */
const LEAST_WORDS = 20;

const SHINGLE_WORDS = 3;

/** Lower case, letters and digits only, one blank between words. */
export function normalizeText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * SimHash of a text (Charikar, 2002; Manku, Jain and Das Sarma, 2007): each of 64 bits is the
 * majority among the hashes of all runs of three words, so that texts that share most runs have
 * hashes with few different bits.
 *
 * @returns null for texts below `LEAST_WORDS` words
 */
export function textSignature(text: string): PerceptualHash | null {
  const words = normalizeText(text).split(' ');
  if (words.length < LEAST_WORDS) return null;
  const votes = new Int32Array(64);
  for (let i = 0; i + SHINGLE_WORDS <= words.length; i++) {
    const shingle = words.slice(i, i + SHINGLE_WORDS).join(' ');
    const [high, low] = [hashText(shingle, 0x811c9dc5), hashText(shingle, 0x01234567)];
    for (let bit = 0; bit < 32; bit++) {
      votes[bit] = (votes[bit] as number) + ((high >>> bit) & 1 ? 1 : -1);
      votes[32 + bit] = (votes[32 + bit] as number) + ((low >>> bit) & 1 ? 1 : -1);
    }
  }
  let [high, low] = [0, 0];
  for (let bit = 0; bit < 32; bit++) {
    if ((votes[bit] as number) > 0) high |= 1 << bit;
    if ((votes[32 + bit] as number) > 0) low |= 1 << bit;
  }
  return { high: high >>> 0, low: low >>> 0 };
}

/** FNV-1a with a seed and a final mix, 32 bits. */
function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
