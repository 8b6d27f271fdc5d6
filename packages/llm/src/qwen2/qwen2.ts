import * as tf from '@tensorflow/tfjs-core';
import {
  Embedding,
  Linear,
  MASKED_SCORE,
  Module,
  type Random,
  RmsNorm,
  rotaryTable,
} from '@omnict/nn';
import type { KeyValueCache } from '../key-value-cache';
import type { LanguageModel, LanguageModelInput } from '../language-model';
import type { Qwen2Config } from './config';
import { Qwen2DecoderLayer } from './decoder-layer';

/** The decoder without its output head; named as in checkpoints. */
class Qwen2Model extends Module {
  readonly embedTokens: Embedding;
  readonly layers: Qwen2DecoderLayer[];
  readonly norm: RmsNorm;

  constructor(config: Qwen2Config, random: Random) {
    super();
    const { vocabSize, hiddenSize, numHiddenLayers, rmsNormEps } = config;
    this.embedTokens = new Embedding({ count: vocabSize, size: hiddenSize, random });
    this.layers = Array.from(
      { length: numHiddenLayers },
      () => new Qwen2DecoderLayer(config, random),
    );
    this.norm = new RmsNorm(hiddenSize, rmsNormEps);
  }
}

/**
 * Qwen2 / Qwen2.5 causal language model, from embeddings. Parameter names are those of Hugging
 * Face's `Qwen2ForCausalLM`.
 *
 * @see https://arxiv.org/abs/2407.10671, https://arxiv.org/abs/2412.15115
 */
export class Qwen2ForCausalLM extends Module implements LanguageModel {
  readonly model: Qwen2Model;
  /** Absent when the output matrix is the embedding table. */
  readonly lmHead: Linear | undefined;

  constructor(
    readonly config: Qwen2Config,
    random: Random,
  ) {
    super();
    this.model = new Qwen2Model(config, random);
    this.lmHead = config.tieWordEmbeddings
      ? undefined
      : new Linear({
          inFeatures: config.hiddenSize,
          outFeatures: config.vocabSize,
          bias: false,
          random,
        });
  }

  get hiddenSize(): number {
    return this.config.hiddenSize;
  }

  get maxPositions(): number {
    return this.config.maxPositionEmbeddings;
  }

  get vocabularySize(): number {
    return this.config.vocabSize;
  }

  embed(ids: tf.Tensor2D): tf.Tensor3D {
    return this.model.embedTokens.apply(ids) as tf.Tensor3D;
  }

  forward({ embeddings, positions, attentionMask }: LanguageModelInput): {
    hidden: tf.Tensor3D;
    cache: KeyValueCache;
  } {
    const rotary = this.rotary(positions);
    const bias = causalBias(attentionMask);
    let x = embeddings;
    const cache: KeyValueCache = [];
    for (const layer of this.model.layers) {
      const { output, keyValues } = layer.apply(x, { rotary, bias });
      x = output;
      cache.push(keyValues);
    }
    return { hidden: this.model.norm.apply(x), cache };
  }

  decode(
    { embeddings, positions, attentionMask }: LanguageModelInput,
    { cache, place }: { cache: KeyValueCache; place: tf.Tensor1D },
  ): { hidden: tf.Tensor3D; cache: KeyValueCache } {
    const rotary = this.rotary(positions);
    const bias = keyBias(attentionMask);
    let x = embeddings;
    const next: KeyValueCache = [];
    this.model.layers.forEach((layer, index) => {
      const keyValues = cache[index] as KeyValueCache[number];
      const result = layer.apply(x, { rotary, bias, past: { keyValues, place } });
      x = result.output;
      next.push(result.keyValues);
    });
    return { hidden: this.model.norm.apply(x), cache: next };
  }

  logits(hidden: tf.Tensor2D): tf.Tensor2D {
    if (this.lmHead !== undefined) return this.lmHead.apply(hidden);
    const table = this.model.embedTokens.weight as tf.Tensor2D;
    return tf.matMul(hidden, table, false, true); // [N, V]
  }

  private rotary(positions: tf.Tensor2D) {
    const { hiddenSize, numAttentionHeads, ropeTheta } = this.config;
    return rotaryTable(positions, { headSize: hiddenSize / numAttentionHeads, theta: ropeTheta });
  }
}

/** 0 where a key may be attended, very negative where it is padding. `[B, S]` to `[B, 1, 1, S]` */
function keyBias(attentionMask: tf.Tensor2D): tf.Tensor4D {
  const [batch, length] = attentionMask.shape;
  const hidden = tf.sub(1, tf.cast(attentionMask, 'float32'));
  return tf.reshape(tf.mul(hidden, MASKED_SCORE), [batch, 1, 1, length]); // [B, 1, 1, S]
}

/** As keyBias, and nothing attends to what comes after it. `[B, T]` to `[B, 1, T, T]` */
function causalBias(attentionMask: tf.Tensor2D): tf.Tensor4D {
  const length = attentionMask.shape[1];
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    values.fill(MASKED_SCORE, query * length + query + 1, (query + 1) * length);
  }
  const causal = tf.tensor4d(values, [1, 1, length, length]);
  return tf.minimum(causal, keyBias(attentionMask)); // [B, 1, T, T]
}
