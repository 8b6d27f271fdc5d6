import { compile, type CompiledFunction, type NamedTensors } from '@omnict/nn';
import { readConfigJson, UnsupportedError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonTokenizer, loadTokenizer } from '../tokenizer/json-tokenizer';
import { longestText } from './config';
import { loadTextEncoder, type TextEncoder } from './text-encoder';

/** How token states become one vector. */
interface SentencePooling {
  /** Mean over all tokens, or the first token's state. */
  kind: 'mean' | 'first';
  /** Whether the vector is brought to length 1. */
  normalize: boolean;
  /** Longer texts are cut, special tokens included. */
  maxTokens: number;
}

/** Texts per pass, so that many texts need little memory. */
const BATCH_SIZE = 32;

/** Lengths are rounded up to a multiple, so that few graphs are recorded. */
const LENGTH_MULTIPLE = 16;

/** Sentence embeddings, as sentence-transformers computes them. */
export class SentenceEncoder {
  private readonly forward: CompiledFunction<NamedTensors, { embeddings: tf.Tensor }>;

  constructor(
    private readonly encoder: TextEncoder,
    private readonly tokenizer: JsonTokenizer,
    private readonly pooling: SentencePooling,
  ) {
    this.forward = compile((inputs: NamedTensors) => ({ embeddings: this.embed(inputs) }), {
      name: 'sentence-encoder',
    });
  }

  /** Length of a vector. */
  get size(): number {
    return this.encoder.config.hiddenSize;
  }

  /** @returns one vector per text, in their order */
  async encode(texts: readonly string[]): Promise<Float32Array[]> {
    const ids = texts.map((text) => this.tokenize(text));
    const byLength = [...ids.keys()].sort((a, b) => lengthOf(ids, a) - lengthOf(ids, b));
    const vectors = new Array<Float32Array>(texts.length);
    for (let first = 0; first < byLength.length; first += BATCH_SIZE) {
      const batch = byLength.slice(first, first + BATCH_SIZE);
      const inputs = this.inputs(batch.map((index) => ids[index] as number[]));
      const { embeddings } = this.forward(inputs);
      const values = (await embeddings.data()) as Float32Array;
      tf.dispose([inputs, embeddings]);
      batch.forEach((index, row) => {
        vectors[index] = values.slice(row * this.size, (row + 1) * this.size);
      });
    }
    return vectors;
  }

  dispose(): void {
    this.forward.dispose();
    this.encoder.dispose();
  }

  /** Ids with the special tokens, the last of them kept when the text is cut. */
  private tokenize(text: string): number[] {
    const ids = this.tokenizer.encode(text, { addSpecialTokens: true });
    const { maxTokens } = this.pooling;
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1) as number];
  }

  private inputs(rows: readonly (readonly number[])[]): NamedTensors {
    const longest = Math.max(...rows.map(({ length }) => length));
    const length = Math.min(
      Math.ceil(longest / LENGTH_MULTIPLE) * LENGTH_MULTIPLE,
      this.pooling.maxTokens,
    );
    const { padTokenId } = this.encoder.config;
    const ids = new Int32Array(rows.length * length).fill(padTokenId);
    const mask = new Int32Array(ids.length);
    rows.forEach((row, index) => {
      ids.set(row, index * length);
      mask.fill(1, index * length, index * length + row.length);
    });
    const shape: [number, number] = [rows.length, length];
    return { ids: tf.tensor2d(ids, shape, 'int32'), mask: tf.tensor2d(mask, shape, 'int32') };
  }

  private embed({ ids, mask }: NamedTensors): tf.Tensor2D {
    const attentionMask = mask as tf.Tensor2D;
    const last = this.encoder
      .hiddenStates({ ids: ids as tf.Tensor2D, attentionMask })
      .at(-1) as tf.Tensor3D; // [B, T, E]
    const pooled = this.pooling.kind === 'mean' ? mean(last, attentionMask) : first(last); // [B, E]
    if (!this.pooling.normalize) return pooled;
    return tf.div(pooled, tf.maximum(tf.norm(pooled, 2, 1, true), 1e-12));
  }
}

/** Loads a sentence-transformers folder. @throws UnsupportedError for other pooling; errors of the loaders. */
export async function loadSentenceEncoder(folder: string): Promise<SentenceEncoder> {
  const pooling = await readPooling(folder);
  const tokenizer = await loadTokenizer(folder);
  const encoder = await loadTextEncoder(folder);
  const maxTokens = Math.min(pooling.maxTokens, longestText(encoder.config));
  return new SentenceEncoder(encoder, tokenizer, { ...pooling, maxTokens });
}

async function readPooling(folder: string): Promise<SentencePooling> {
  const optional = async (name: string): Promise<Record<string, unknown>> =>
    existsSync(join(folder, name))
      ? ((await readConfigJson(join(folder, name))) as Record<string, unknown>)
      : {};
  const pooling = await optional('1_Pooling/config.json');
  const isFirst = pooling['pooling_mode_cls_token'] === true;
  const isMean = !isFirst && pooling['pooling_mode_mean_tokens'] !== false;
  if (!isFirst && !isMean) {
    throw new UnsupportedError(
      `${join(folder, '1_Pooling/config.json')}: pooling is not supported; expected pooling_mode_mean_tokens or pooling_mode_cls_token`,
    );
  }
  const modules = JSON.stringify(await optional('modules.json'));
  const { max_seq_length: maxTokens } = await optional('sentence_bert_config.json');
  return {
    kind: isFirst ? 'first' : 'mean',
    normalize: modules.includes('models.Normalize') || modules.includes('.normalize.'),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : Infinity,
  };
}

/** Mean over tokens, padding left out. `[B, T, E]` to `[B, E]` */
function mean(states: tf.Tensor3D, attentionMask: tf.Tensor2D): tf.Tensor2D {
  const weights = tf.expandDims(tf.cast(attentionMask, 'float32'), -1); // [B, T, 1]
  const sum = tf.sum(tf.mul(states, weights), 1); // [B, E]
  return tf.div(sum, tf.maximum(tf.sum(weights, 1), 1e-9));
}

/** State of the first token. `[B, T, E]` to `[B, E]` */
function first(states: tf.Tensor3D): tf.Tensor2D {
  const [batch, , size] = states.shape;
  return tf.reshape(tf.slice(states, [0, 0, 0], [batch, 1, size]), [batch, size]);
}

function lengthOf(ids: readonly (readonly number[])[], index: number): number {
  return ids[index]?.length ?? 0;
}
