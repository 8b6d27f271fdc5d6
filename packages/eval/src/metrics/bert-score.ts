import { ShapeError } from '@omnict/core';
import type { Overlap } from './rouge';

/** A text as a language model's encoder sees it. */
export interface EncodedText {
  /** Token ids, special tokens at both ends included. */
  ids: readonly number[];
  /** float32 `[T, E]`, row-major: one state per id. */
  states: Float32Array;
}

/** Contextual token states of one layer of a BERT or RoBERTa checkpoint. */
export interface TokenEncoder {
  /** Checkpoint and layer, named in results. */
  readonly name: string;
  encode(texts: readonly string[]): Promise<EncodedText[]>;
  /** Ids alone; no forward pass. */
  tokenize(text: string): readonly number[];
}

/** Importance of a token; 0 leaves it out. */
export type TokenWeight = (id: number) => number;

/** Options of {@link bertScore}. */
export interface BertScoreOptions {
  /** Default: 1, and 0 for the special tokens at both ends. */
  weight?: TokenWeight;
  /** Scores of unrelated texts; what is left above them is stretched to [0, 1]. */
  baseline?: readonly [precision: number, recall: number, f1: number];
}

/** Special tokens that an empty text has. */
const SPECIAL_TOKENS = 2;

/**
 * BERTScore of a prediction: each token is matched with the most similar one of the other text by cosine
 * of their states. An empty text scores 0 before rescaling. Values without rescaling lie near 0.9.
 *
 * @throws ShapeError when states do not fit ids
 * @see Zhang et al. (2019), Eqs. 1 and 2; bert-score 0.3.13
 */
export function bertScore(
  prediction: EncodedText,
  reference: EncodedText,
  { weight, baseline }: BertScoreOptions = {},
): Overlap {
  const own = { rows: unitRows(prediction), weights: weightsOf(prediction, weight) };
  const other = { rows: unitRows(reference), weights: weightsOf(reference, weight) };
  const best = bestSimilarities(own.rows, other.rows);
  const isEmpty = [prediction, reference].some(({ ids }) => ids.length === SPECIAL_TOKENS);
  const precision = isEmpty ? 0 : weightedMean(best.own, own.weights);
  const recall = isEmpty ? 0 : weightedMean(best.other, other.weights);
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  const raw = [precision, recall, f1].map((value) => (Number.isNaN(value) ? 0 : value));
  const scaled = raw.map((value, index) => {
    const base = baseline?.[index] ?? 0;
    return (value - base) / (1 - base);
  });
  return { precision: scaled[0] ?? 0, recall: scaled[1] ?? 0, f1: scaled[2] ?? 0 };
}

/** Inverse document frequencies over references: `log((N + 1) / (n + 1))`, for unseen tokens with n = 0. */
export class DocumentFrequencies {
  private readonly counts = new Map<number, number>();
  private documents = 0;

  /** Counts the tokens of one reference. */
  add(ids: readonly number[]): void {
    this.documents++;
    for (const id of new Set(ids)) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
  }

  /** Weight of a token. */
  weight(id: number): number {
    return Math.log((this.documents + 1) / ((this.counts.get(id) ?? 0) + 1));
  }
}

/** Rows of length 1. */
function unitRows({ ids, states }: EncodedText): Float32Array[] {
  const size = states.length / ids.length;
  if (ids.length === 0 || !Number.isInteger(size)) {
    throw new ShapeError(
      `bertScore: states do not fit ids; expected a multiple of ${ids.length} numbers, got ${states.length}`,
    );
  }
  return ids.map((_, index) => {
    const row = states.slice(index * size, (index + 1) * size);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return row.map((value) => value / length);
  });
}

function weightsOf({ ids }: EncodedText, weight: TokenWeight | undefined): number[] {
  return ids.map((id, index) => {
    if (weight !== undefined) return weight(id);
    return index === 0 || index === ids.length - 1 ? 0 : 1;
  });
}

/** Largest cosine of each row with any row of the other side. */
function bestSimilarities(
  own: readonly Float32Array[],
  other: readonly Float32Array[],
): { own: number[]; other: number[] } {
  const best = {
    own: new Array<number>(own.length).fill(-Infinity),
    other: new Array<number>(other.length).fill(-Infinity),
  };
  own.forEach((row, index) => {
    other.forEach((column, place) => {
      let similarity = 0;
      for (let k = 0; k < row.length; k++) similarity += (row[k] as number) * (column[k] as number);
      best.own[index] = Math.max(best.own[index] as number, similarity);
      best.other[place] = Math.max(best.other[place] as number, similarity);
    });
  });
  return best;
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce(
    (sum, value, index) => sum + (value * (weights[index] as number)) / total,
    0,
  );
}
