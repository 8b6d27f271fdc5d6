/** Longest Huffman code of a JPEG stream. */
const MAX_CODE_BITS = 16;

/** For each 16 bits that may follow: length of the code they begin with, and its symbol. */
export interface HuffmanTable {
  lengths: Uint8Array;
  symbols: Uint8Array;
}

/** Builds the look-up of canonical Huffman codes (ITU-T T.81, Annex C). */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = {
    lengths: new Uint8Array(1 << MAX_CODE_BITS),
    symbols: new Uint8Array(1 << MAX_CODE_BITS),
  };
  let code = 0;
  let next = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    for (let i = 0; i < (counts[length - 1] as number); i++, code++, next++) {
      const from = code << (MAX_CODE_BITS - length);
      const to = (code + 1) << (MAX_CODE_BITS - length);
      table.lengths.fill(length, from, to);
      table.symbols.fill(symbols[next] ?? 0, from, to);
    }
    code <<= 1;
  }
  return table;
}

/** Reads Huffman-coded differences from a JPEG scan. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  /** Bytes invented behind the end: a sound stream needs two at most. */
  #beyond = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The next difference (Annex H, table H.2). @throws RangeError when the stream is damaged */
  difference({ lengths, symbols }: HuffmanTable): number {
    this.#fill(MAX_CODE_BITS);
    const code = (this.#bits >>> (this.#count - MAX_CODE_BITS)) & 0xffff;
    const length = lengths[code] as number;
    if (length === 0) throw new RangeError('a code that is in no table');
    this.#count -= length;
    const size = symbols[code] as number;
    if (size === 0) return 0;
    if (size === 16) return 32_768; // without further bits
    if (size > 16) throw new RangeError(`a difference of ${size} bits`);
    this.#fill(size);
    this.#count -= size;
    const value = (this.#bits >>> this.#count) & ((1 << size) - 1);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Drops the rest of a byte and the marker behind it. */
  skipRestart(): void {
    this.#count = 0;
    const bytes = this.#bytes;
    while (this.#at + 1 < bytes.length) {
      const isMarker =
        bytes[this.#at] === 0xff && ((bytes[this.#at + 1] as number) & 0xf8) === 0xd0;
      this.#at += isMarker ? 2 : 1;
      if (isMarker) return;
    }
  }

  #fill(wanted: number): void {
    while (this.#count < wanted) {
      let byte = this.#bytes[this.#at] as number;
      const isMarker = byte === 0xff && this.#bytes[this.#at + 1] !== 0;
      if (this.#at >= this.#bytes.length || isMarker) {
        if (++this.#beyond > 64) throw new RangeError('scan ends before its last pixel');
        byte = 0;
      } else {
        this.#at += byte === 0xff ? 2 : 1; // a zero is stuffed behind each 0xff
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }
}
