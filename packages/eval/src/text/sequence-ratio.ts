/** Python's difflib leaves out letters that make up more than 1 % of a text this long. */
const POPULAR_LENGTH = 200;

/**
 * Similarity of two texts in [0, 1] as Python's `difflib.SequenceMatcher(None, a, b).ratio()`:
 * twice the letters in matching blocks over all letters.
 */
export function sequenceRatio(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  if (left.length + right.length === 0) return 1;
  const places = new Map<string, number[]>();
  right.forEach((letter, index) => {
    const known = places.get(letter);
    if (known === undefined) places.set(letter, [index]);
    else known.push(index);
  });
  if (right.length >= POPULAR_LENGTH) {
    const limit = Math.floor(right.length / 100) + 1;
    for (const [letter, found] of places) if (found.length > limit) places.delete(letter);
  }
  const open: [number, number, number, number][] = [[0, left.length, 0, right.length]];
  let matched = 0;
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [begin, end, otherBegin, otherEnd] = part;
    const block = longestBlock({ left, right, places }, part);
    if (block.size === 0) continue;
    matched += block.size;
    open.push([begin, block.at, otherBegin, block.otherAt]);
    open.push([block.at + block.size, end, block.otherAt + block.size, otherEnd]);
  }
  return (2 * matched) / (left.length + right.length);
}

interface Texts {
  left: readonly string[];
  right: readonly string[];
  places: ReadonlyMap<string, readonly number[]>;
}

/** The first of the longest common runs, stretched over popular letters at its ends. */
function longestBlock(
  { left, right, places }: Texts,
  [begin, end, otherBegin, otherEnd]: readonly [number, number, number, number],
): { at: number; otherAt: number; size: number } {
  let best = { at: begin, otherAt: otherBegin, size: 0 };
  let lengths = new Map<number, number>();
  for (let index = begin; index < end; index++) {
    const next = new Map<number, number>();
    for (const other of places.get(left[index] as string) ?? []) {
      if (other < otherBegin) continue;
      if (other >= otherEnd) break;
      const size = (lengths.get(other - 1) ?? 0) + 1;
      next.set(other, size);
      if (size > best.size) best = { at: index - size + 1, otherAt: other - size + 1, size };
    }
    lengths = next;
  }
  let { at, otherAt, size } = best;
  while (at > begin && otherAt > otherBegin && left[at - 1] === right[otherAt - 1]) {
    at--;
    otherAt--;
    size++;
  }
  while (at + size < end && otherAt + size < otherEnd && left[at + size] === right[otherAt + size])
    size++;
  return { at, otherAt, size };
}
