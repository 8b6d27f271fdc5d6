/**
 * @file Longest common subsequences of words, many columns of the table at a time as bits of a number: a
 * bit says that the length grows at its column. Two texts of 50,000 words each would need a table of
 * 10 GB; here they need some MB.
 *
 * @see Hyyrö (2004), Bit-parallel LCS-length computation revisited
 */

/** Bits used of a number: sums of two still fit 31, which engines calculate as small integers. */
const BITS = 30;
const FULL = 2 ** BITS - 1;

/** Rows of the table: bits of columns where the length does *not* grow, as the algorithm keeps them. */
type Row = Int32Array<ArrayBuffer>;

/** Length of the longest common subsequence of two texts' words. */
export function commonSubsequenceLength(
  expected: readonly string[],
  predicted: readonly string[],
): number {
  const places = placesOf(predicted);
  const row = firstRow(predicted.length);
  for (const word of expected) advance(row, places.get(word));
  return lengthUntil(row, predicted.length);
}

/**
 * Positions in `expected` of one longest common subsequence, last first: of several that one which
 * rouge-score walks back to in its table.
 */
export function commonSubsequencePositions(
  expected: readonly string[],
  predicted: readonly string[],
): number[] {
  const rows = new Rows(expected, placesOf(predicted), predicted.length);
  const positions: number[] = [];
  let row = expected.length;
  let column = predicted.length;
  let length = rows.lengthAt(row, column);
  let lengthAbove = rows.lengthAt(row - 1, column);
  const goUp = (): void => {
    row--;
    lengthAbove = rows.lengthAt(row - 1, column);
  };
  // Where no length is left, no word is common.
  while (length > 0) {
    if (expected[row - 1] === predicted[column - 1]) {
      positions.push(row - 1);
      column--;
      length--;
      goUp();
      continue;
    }
    const lengthBefore = length - growth(rows.at(row), column);
    if (lengthBefore > lengthAbove) {
      lengthAbove -= growth(rows.at(row - 1), column);
      length = lengthBefore;
      column--;
    } else {
      length = lengthAbove;
      goUp();
    }
  }
  return positions;
}

/** Where a word stands: as bits when that is shorter than the list of its positions. */
interface Places {
  positions: number[];
  bits?: Row;
}

function placesOf(words: readonly string[]): Map<string, Places> {
  const places = new Map<string, Places>();
  words.forEach((word, position) => {
    const known = places.get(word);
    if (known === undefined) places.set(word, { positions: [position] });
    else known.positions.push(position);
  });
  const size = Math.ceil(words.length / BITS);
  for (const place of places.values()) {
    if (place.positions.length < size) continue;
    place.bits = new Int32Array(size);
    for (const position of place.positions) setBit(place.bits, position);
  }
  return places;
}

function setBit(bits: Row, position: number): void {
  const index = Math.floor(position / BITS);
  bits[index] = (bits[index] as number) | (1 << (position % BITS));
}

function firstRow(columns: number): Row {
  return new Int32Array(Math.ceil(columns / BITS)).fill(FULL);
}

/** Turns a row of the table into the next: `V = (V + (V & M)) | (V & ~M)`. */
function advance(row: Row, places: Places | undefined): void {
  if (places === undefined) return;
  const { positions, bits } = places;
  let next = 0;
  let carry = 0;
  for (let index = 0; index < row.length; index++) {
    let mask = 0;
    if (bits !== undefined) mask = bits[index] as number;
    else {
      const end = (index + 1) * BITS;
      for (; next < positions.length && (positions[next] as number) < end; next++)
        mask |= 1 << ((positions[next] as number) % BITS);
      if (mask === 0 && carry === 0) continue;
    }
    const before = row[index] as number;
    const sum = before + (before & mask) + carry;
    carry = sum > FULL ? 1 : 0;
    row[index] = (sum & FULL) | (before & ~mask);
  }
}

/** By how much the length grows at a column, counted from 1. */
function growth(row: Row, column: number): number {
  const position = column - 1;
  return (((row[Math.floor(position / BITS)] as number) >> (position % BITS)) & 1) ^ 1;
}

/** Length of the subsequence within the first columns. */
function lengthUntil(row: Row, columns: number): number {
  const whole = Math.floor(columns / BITS);
  let length = 0;
  for (let index = 0; index < whole; index++) length += countBits(~(row[index] as number) & FULL);
  const rest = columns % BITS;
  if (rest > 0) length += countBits(~(row[whole] as number) & (2 ** rest - 1));
  return length;
}

/** @see Warren, Hacker's Delight, 5-1 */
function countBits(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The rows of the table, read from the last to the first: a few are kept, the others made from them again. */
class Rows {
  private readonly step: number;
  private readonly kept: Row[] = [];
  /** Rows from `begin` on, twice as many as a step: a row and the one above lie in one block. */
  private block: Row[] = [];
  private begin = Infinity;

  constructor(
    private readonly words: readonly string[],
    private readonly places: ReadonlyMap<string, Places>,
    columns: number,
  ) {
    this.step = Math.max(1, Math.ceil(Math.sqrt(words.length)));
    const row = firstRow(columns);
    words.forEach((word, index) => {
      if (index % this.step === 0) this.kept.push(row.slice());
      advance(row, places.get(word));
    });
    this.kept.push(row);
  }

  /** The row after so many words. */
  at(index: number): Row {
    if (index < this.begin) this.readBlock(Math.max(0, Math.floor((index - 1) / this.step)));
    return this.block[index - this.begin] as Row;
  }

  /** Length of the subsequence of so many words with the first columns; 0 above the first row. */
  lengthAt(index: number, columns: number): number {
    return index <= 0 ? 0 : lengthUntil(this.at(index), columns);
  }

  private readBlock(blockIndex: number): void {
    this.begin = blockIndex * this.step;
    const row = (this.kept[blockIndex] as Row).slice();
    this.block = [row.slice()];
    for (const word of this.words.slice(this.begin, this.begin + 2 * this.step)) {
      advance(row, this.places.get(word));
      this.block.push(row.slice());
    }
  }
}
