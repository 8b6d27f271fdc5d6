import { FormatError } from '@omnict/core';

/** A base64 of so many letters is no table: those of SentencePiece have 320,000. */
const MAX_LETTERS = 64 * 1024 * 1024;
/** Graphemes of as many bytes or more are looked up letter by letter, as SentencePiece does. */
const LONG_GRAPHEME = 6;

/**
 * Reads the table of a `Precompiled` normalizer: a double-array trie (Darts-clone) from texts to places of
 * their replacements, then the replacements, each ended by a zero byte.
 *
 * @param base64 `precompiled_charsmap` of tokenizer.json
 * @returns the normalizer
 * @throws FormatError when sizes do not fit
 * @see https://github.com/google/sentencepiece/blob/master/doc/normalization.md
 */
export function readSentencePieceTable(base64: string): (text: string) => string {
  const bytes = base64.length > MAX_LETTERS ? Buffer.alloc(0) : Buffer.from(base64, 'base64');
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length) {
    throw new FormatError(
      `tokenizer.json: precompiled_charsmap of ${bytes.length} bytes is no table of SentencePiece; expected a trie and its texts; fetch the file again`,
    );
  }
  const units = Uint32Array.from({ length: size / 4 }, (_, index) =>
    bytes.readUInt32LE(4 + 4 * index),
  );
  const replacements = bytes.subarray(4 + size);
  const replace = (text: string): string | undefined => {
    const place = shortestPrefix(units, Buffer.from(text));
    if (place === undefined || place >= replacements.length) return undefined;
    const end = replacements.indexOf(0, place);
    return replacements.toString('utf8', place, end < 0 ? undefined : end);
  };
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  return (text) => {
    let normalized = '';
    for (const { segment } of graphemes.segment(text)) {
      const whole = Buffer.byteLength(segment) < LONG_GRAPHEME ? replace(segment) : undefined;
      normalized += whole ?? Array.from(segment, (letter) => replace(letter) ?? letter).join('');
    }
    return normalized;
  };
}

/** Value of the shortest text in the trie that `key` begins with. */
function shortestPrefix(units: Uint32Array, key: Uint8Array): number | undefined {
  let place = offsetOf(units[0] as number);
  for (const byte of key) {
    if (byte === 0) return undefined;
    place = (place ^ byte) >>> 0;
    const unit = units[place];
    if (unit === undefined || labelOf(unit) !== byte) return undefined;
    place = (place ^ offsetOf(unit)) >>> 0;
    const isEnd = (unit >>> 8) & 1;
    if (isEnd) return (units[place] ?? 0) & 0x7fffffff;
  }
  return undefined;
}

/** The top bit marks values, which have no label. */
function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}
