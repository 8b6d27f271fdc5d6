import type { ModelSample } from './batch';
import type { PartShape } from './batch-shapes';

/** Sequences of one length, or the rest of them behind prefixes that several share. */
export interface BatchPart extends PartShape {
  /** `slice` or `volume`, or empty for whole sequences of both. */
  name: string;
  /** B */
  rows: number;
  /** `[B, T]` */
  inputIds: Int32Array;
  /** `[B, T]`: 0 for text, else 1 + row in the batch's table of visual tokens */
  visualIndex: Int32Array;
  /** `[B, T]` */
  attentionMask: Int32Array;
  /** `[B, T]`: in the whole sequence, prefix included */
  positions: Int32Array;
  /** `[B, Q]`: places in T whose hidden state predicts an answer token */
  answerPlaces: Int32Array;
  /** Prefixes `[I, P]`: row b has prefix `floor(b / (B / I))`. */
  prefix?: {
    count: number;
    length: number;
    inputIds: Int32Array;
    visualIndex: Int32Array;
    positions: Int32Array;
  };
}

/** A row of a part. */
export interface PartRow {
  sample: ModelSample;
  /** L */
  globalTokens: number;
  /** Rows of the table before its image's tokens. */
  firstGlobal: number;
  /** Rows of the table before its organ tokens, less L. */
  firstOrgan: number;
  /** Whether its answer counts; others only fill the batch. */
  counts: boolean;
}

/** How a part is laid out. */
export interface PartOptions extends PartShape {
  side: 'left' | 'right';
  /** P: where sequences are cut into prefix and rest; 0 leaves them whole. */
  cut: number;
  /** n: rows that share a prefix. */
  each?: number;
}

/** Lays out rows, and lists what their answer places predict: `[B * Q]`. */
export function buildPart(
  name: string,
  rows: readonly PartRow[],
  { side, length, answerLength, cut, each = 1 }: PartOptions,
): { part: BatchPart; answerIds: number[]; answerWeights: number[] } {
  const size = rows.length * length;
  const part: BatchPart = {
    name,
    rows: rows.length,
    length,
    answerLength,
    inputIds: new Int32Array(size),
    visualIndex: new Int32Array(size),
    attentionMask: new Int32Array(size),
    positions: new Int32Array(size),
    answerPlaces: new Int32Array(rows.length * answerLength),
    ...(cut > 0 && { prefix: buildPrefixes(rows, cut, each) }),
  };
  const answerIds: number[] = new Array<number>(rows.length * answerLength).fill(0);
  const answerWeights: number[] = new Array<number>(rows.length * answerLength).fill(0);
  rows.forEach((row, index) => {
    const { ids, visual, answers } = row.sample.sequence;
    const shift = side === 'left' ? length - (ids.length - cut) : 0;
    const begin = index * length + shift;
    let position = cut;
    for (let i = cut; i < ids.length; i++) {
      const place = begin + i - cut;
      const isAbsent = isAbsentOrgan(row, visual[i] as number);
      part.inputIds[place] = ids[i] as number;
      part.visualIndex[place] = tableRow(row, visual[i] as number);
      part.attentionMask[place] = isAbsent ? 0 : 1;
      part.positions[place] = position;
      if (!isAbsent) position++;
    }
    for (const [nth, i] of answers.entries()) {
      const place = index * answerLength + nth;
      part.answerPlaces[place] = shift + i - 1 - cut; // the token before predicts it
      answerIds[place] = ids[i] as number;
      answerWeights[place] = row.counts ? 1 : 0;
    }
  });
  return { part, answerIds, answerWeights };
}

function buildPrefixes(rows: readonly PartRow[], length: number, each: number) {
  const first = rows.filter((_, index) => index % each === 0);
  const flat = (value: (row: PartRow, i: number) => number): Int32Array =>
    Int32Array.from(first.flatMap((row) => Array.from({ length }, (_, i) => value(row, i))));
  return {
    count: first.length,
    length,
    inputIds: flat(({ sample }, i) => sample.sequence.ids[i] as number),
    visualIndex: flat((row, i) => tableRow(row, row.sample.sequence.visual[i] as number)),
    positions: flat((_, i) => i),
  };
}

/** Row in the batch's table of a sample's visual token, counted from 1; row 0 is none. */
function tableRow({ globalTokens, firstGlobal, firstOrgan }: PartRow, index: number): number {
  if (index === 0) return 0;
  return (index > globalTokens ? firstOrgan : firstGlobal) + index;
}

function isAbsentOrgan({ sample, globalTokens }: PartRow, index: number): boolean {
  return index > globalTokens && sample.plan?.valid[index - 1 - globalTokens] === 0;
}
