import { BitReader, huffmanTable, type HuffmanTable } from './jpeg-bits';

/** Markers of a JPEG stream that matter here. */
const MARKER = { frame: 0xc3, huffman: 0xc4, scan: 0xda, restart: 0xdd, end: 0xd9 } as const;

/** What the headers before the scan say. */
interface Scan {
  width: number;
  height: number;
  precision: number;
  /** 1 to 7: which neighbours predict a sample. */
  predictor: number;
  /** Low bits that were dropped before coding. */
  pointTransform: number;
  /** Samples between restart markers; 0 for none. */
  restartInterval: number;
  table: HuffmanTable;
  /** Where the coded samples begin. */
  at: number;
}

/**
 * Decodes a grey lossless JPEG frame: process 14 with Huffman coding, any predictor.
 *
 * Our own, because the published JavaScript decoder leaves the last pixel out.
 *
 * @returns little-endian samples of two bytes, or of one where the precision is 8 bits or less
 * @throws RangeError when the stream is damaged or of another kind
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, Annex H
 */
export function decodeJpegLossless(encoded: Uint8Array): Uint8Array {
  const scan = readHeaders(encoded);
  const samples = decodeScan(encoded, scan);
  return scan.precision > 8 ? new Uint8Array(samples.buffer) : Uint8Array.from(samples);
}

function readHeaders(bytes: Uint8Array): Scan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<number, HuffmanTable>();
  let frame: { width: number; height: number; precision: number } | undefined;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff || marker === MARKER.end) break;
    const start = at + 4;
    at += 2 + view.getUint16(at + 2);
    if (marker === MARKER.huffman) readTables(bytes.subarray(start, at), tables);
    if (marker === MARKER.restart) restartInterval = view.getUint16(start);
    if (marker === MARKER.frame) {
      if (bytes[start + 5] !== 1) throw new RangeError(`${bytes[start + 5]} colour components`);
      frame = {
        precision: bytes[start] as number,
        height: view.getUint16(start + 1),
        width: view.getUint16(start + 3),
      };
    }
    if (marker !== MARKER.scan) continue;
    // Number of components, then component and table of each, predictor, end, point transform
    const table = tables.get((bytes[start + 2] as number) >> 4);
    const predictor = bytes[start + 3] as number;
    if (frame === undefined || table === undefined || predictor < 1 || predictor > 7) break;
    const pointTransform = (bytes[start + 5] as number) & 15;
    return { ...frame, predictor, pointTransform, restartInterval, table, at };
  }
  throw new RangeError('no lossless JPEG scan');
}

function readTables(bytes: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= bytes.length;) {
    const counts = bytes.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    tables.set(
      (bytes[at] as number) & 15,
      huffmanTable(counts, bytes.subarray(at + 17, at + 17 + total)),
    );
    at += 17 + total;
  }
}

function decodeScan(bytes: Uint8Array, scan: Scan): Uint16Array {
  const { width, height, precision, pointTransform, restartInterval, table } = scan;
  const samples = new Uint16Array(width * height);
  const bits = new BitReader(bytes, scan.at);
  const middle = 1 << (precision - pointTransform - 1);
  // Rows predict from the row above, except the first after the start or a restart.
  let firstRow = 0;
  for (let row = 0, index = 0; row < height; row++) {
    if (restartInterval > 0 && index > 0 && index % restartInterval === 0) {
      bits.skipRestart();
      firstRow = row;
    }
    for (let column = 0; column < width; column++, index++) {
      const isFirst = row === firstRow && column === 0;
      const predicted = isFirst
        ? middle
        : predict(samples, { index, width, column, isTop: row === firstRow, scan });
      samples[index] = predicted + bits.difference(table);
    }
  }
  if (pointTransform > 0) {
    for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] as number) << pointTransform;
  }
  return samples;
}

/** Prediction of a sample from left (a), above (b) and above left (c). */
function predict(
  samples: Uint16Array,
  {
    index,
    width,
    column,
    isTop,
    scan,
  }: { index: number; width: number; column: number; isTop: boolean; scan: Scan },
): number {
  if (isTop) return samples[index - 1] as number;
  const b = samples[index - width] as number;
  if (column === 0) return b;
  const a = samples[index - 1] as number;
  const c = samples[index - width - 1] as number;
  switch (scan.predictor) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}
