import type { EncodedText, TokenEncoder } from '@omnict/eval';
import { type JsonTokenizer, loadTextEncoder, loadTokenizer, type TextEncoder } from '@omnict/llm';
import { compile, type CompiledFunction, type NamedTensors } from '@omnict/nn';
import { ConfigError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { basename } from 'node:path';

/** Texts per pass. */
const BATCH_SIZE = 32;

/** Lengths are rounded up to a multiple, so that few graphs are recorded. */
const LENGTH_MULTIPLE = 16;

/** Token states of one layer of a checkpoint, as bert-score reads them. */
export class CheckpointTokenEncoder implements TokenEncoder {
  readonly name: string;
  private readonly forward: CompiledFunction<NamedTensors, { states: tf.Tensor }>;
  private readonly maxTokens: number;

  constructor(
    private readonly encoder: TextEncoder,
    private readonly tokenizer: JsonTokenizer,
    { folder, layer }: { folder: string; layer: number },
  ) {
    this.layer = layer;
    this.name = `${basename(folder)}_L${layer}`;
    const { family, maxPositionEmbeddings, padTokenId } = encoder.config;
    const limit = tokenizer.config['model_max_length'];
    // RoBERTa's first position follows its padding id.
    const places =
      family === 'roberta' ? maxPositionEmbeddings - padTokenId - 1 : maxPositionEmbeddings;
    this.maxTokens = Math.min(places, typeof limit === 'number' ? limit : Infinity);
    this.forward = compile(
      ({ ids, mask }: NamedTensors) => ({
        states: encoder.hiddenStates({
          ids: ids as tf.Tensor2D,
          attentionMask: mask as tf.Tensor2D,
        })[layer] as tf.Tensor, // [B, T, E]
      }),
      { name: 'token-encoder' },
    );
  }

  /** Layer whose output is used; 0 is the embeddings. */
  readonly layer: number;

  tokenize(text: string): number[] {
    // Whether RoBERTa sees a blank before the first word is the tokenizer's setting, as it is for
    // bert-score with transformers 5; with version 4 bert-score always put one there.
    const ids = this.tokenizer.encode(text.trim(), { addSpecialTokens: true });
    return ids.length <= this.maxTokens
      ? ids
      : [...ids.slice(0, this.maxTokens - 1), ids.at(-1) as number];
  }

  async encode(texts: readonly string[]): Promise<EncodedText[]> {
    const ids = texts.map((text) => this.tokenize(text));
    const order = [...ids.keys()].sort((a, b) => lengthAt(ids, a) - lengthAt(ids, b));
    const encoded = new Array<EncodedText>(texts.length);
    for (let first = 0; first < order.length; first += BATCH_SIZE) {
      const batch = order.slice(first, first + BATCH_SIZE);
      const rows = batch.map((index) => ids[index] as number[]);
      const longest = Math.max(...rows.map(({ length }) => length));
      const length = Math.min(
        Math.ceil(longest / LENGTH_MULTIPLE) * LENGTH_MULTIPLE,
        this.maxTokens,
      );
      const states = await this.statesOf(rows, length);
      const size = this.encoder.config.hiddenSize;
      batch.forEach((index, row) => {
        const begin = row * length * size;
        const own = rows[row] as number[];
        encoded[index] = { ids: own, states: states.slice(begin, begin + own.length * size) };
      });
    }
    return encoded;
  }

  dispose(): void {
    this.forward.dispose();
    this.encoder.dispose();
  }

  private async statesOf(
    rows: readonly (readonly number[])[],
    length: number,
  ): Promise<Float32Array> {
    const ids = new Int32Array(rows.length * length).fill(this.encoder.config.padTokenId);
    const mask = new Int32Array(ids.length);
    rows.forEach((row, index) => {
      ids.set(row, index * length);
      mask.fill(1, index * length, index * length + row.length);
    });
    const shape: [number, number] = [rows.length, length];
    const inputs = {
      ids: tf.tensor2d(ids, shape, 'int32'),
      mask: tf.tensor2d(mask, shape, 'int32'),
    };
    const { states } = this.forward(inputs);
    const values = (await states.data()) as Float32Array;
    tf.dispose([inputs, states]);
    return values;
  }
}

/**
 * Loads a BERT or RoBERTa checkpoint for BERTScore.
 *
 * @param layer default: the last
 * @throws ConfigError for a layer that is not there; errors of the loaders
 */
export async function loadTokenEncoder(
  folder: string,
  layer?: number,
): Promise<CheckpointTokenEncoder> {
  const tokenizer = await loadTokenizer(folder);
  const encoder = await loadTextEncoder(folder);
  const { numHiddenLayers } = encoder.config;
  if (layer !== undefined && layer > numHiddenLayers) {
    throw new ConfigError(
      `${folder}: has no layer ${layer}; expected 1 to ${numHiddenLayers}; correct --layer`,
    );
  }
  return new CheckpointTokenEncoder(encoder, tokenizer, {
    folder,
    layer: layer ?? numHiddenLayers,
  });
}

function lengthAt(ids: readonly (readonly number[])[], index: number): number {
  return ids[index]?.length ?? 0;
}
