import { ConfigError, readConfigJson } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { type JsonTokenizer, loadTokenizer } from '../tokenizer/json-tokenizer';
import { longestText } from './config';
import { loadTextEncoder, type TextEncoder } from './text-encoder';

/** A label and how likely it is. */
export interface LabelScore {
  label: string;
  probability: number;
}

/** Texts per pass. */
const BATCH_SIZE = 32;

/** What a classifier needs beside its encoder. */
export interface TextClassifierOptions {
  tokenizer: JsonTokenizer;
  /** Each label by itself, as for findings of a report; else exactly one holds. */
  isMultiLabel: boolean;
  /** Longer texts are cut, special tokens included. */
  maxTokens: number;
}

/** A BERT or RoBERTa with a classifier of whole texts, for instance of the abnormalities a report names. */
export class TextClassifier {
  constructor(
    private readonly encoder: TextEncoder,
    private readonly options: TextClassifierOptions,
  ) {}

  get labels(): readonly string[] {
    return this.encoder.config.labels;
  }

  /** @returns for each text all labels in the model's order, with their probabilities */
  async classify(texts: readonly string[]): Promise<LabelScore[][]> {
    const scores: LabelScore[][] = [];
    for (let first = 0; first < texts.length; first += BATCH_SIZE) {
      const rows = texts.slice(first, first + BATCH_SIZE).map((text) => this.tokenize(text));
      const probabilities = tf.tidy(() => this.probabilities(rows));
      const values = (await probabilities.array()) as number[][];
      probabilities.dispose();
      for (const row of values) {
        scores.push(
          this.labels.map((label, index) => ({ label, probability: row[index] as number })),
        );
      }
    }
    return scores;
  }

  dispose(): void {
    this.encoder.dispose();
  }

  /** Ids with the special tokens, the last of them kept when the text is cut. */
  private tokenize(text: string): number[] {
    const ids = this.options.tokenizer.encode(text, { addSpecialTokens: true });
    const { maxTokens } = this.options;
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1) as number];
  }

  /** @returns float32 `[B, labels]` */
  private probabilities(rows: readonly (readonly number[])[]): tf.Tensor2D {
    const length = Math.max(...rows.map((row) => row.length));
    const { padTokenId } = this.encoder.config;
    const fill = (row: readonly number[], value: number): number[] =>
      new Array<number>(length - row.length).fill(value);
    const ids = rows.map((row) => [...row, ...fill(row, padTokenId)]);
    const mask = rows.map((row) => [...row.map(() => 1), ...fill(row, 0)]);
    const states = this.encoder.hiddenStates({
      ids: tf.tensor2d(ids, undefined, 'int32'),
      attentionMask: tf.tensor2d(mask, undefined, 'int32'),
    });
    const logits = this.encoder.classify(states.at(-1) as tf.Tensor3D) as tf.Tensor2D; // [B, labels]
    return this.options.isMultiLabel ? tf.sigmoid(logits) : tf.softmax(logits);
  }
}

/**
 * Loads a classifier with its tokenizer. `isMultiLabel` overrides `problem_type` of config.json, without
 * which labels exclude each other, as in transformers.
 * @throws ConfigError when the folder holds no classifier; errors of the loaders
 */
export async function loadTextClassifier(
  folder: string,
  options: { isMultiLabel?: boolean } = {},
): Promise<TextClassifier> {
  const path = join(folder, 'config.json');
  const { problem_type: problem } = (await readConfigJson(path)) as { problem_type?: string };
  const tokenizer = await loadTokenizer(folder);
  const encoder = await loadTextEncoder(folder);
  if (encoder.config.labels.length === 0) {
    encoder.dispose();
    throw new ConfigError(
      `${path}: the model is no classifier; expected an architecture ending in ForSequenceClassification; choose another model`,
    );
  }
  return new TextClassifier(encoder, {
    tokenizer,
    isMultiLabel: options.isMultiLabel ?? problem === 'multi_label_classification',
    maxTokens: longestText(encoder.config),
  });
}
