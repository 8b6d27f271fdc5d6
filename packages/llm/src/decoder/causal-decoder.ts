import {
  Embedding,
  Linear,
  Module,
  type Random,
  RmsNorm,
  type RotaryTable,
  rotaryTable,
} from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { causalBias, decodingBias } from './attention-bias';
import { type DecoderConfig, windowOf } from './decoder-config';
import type { DecoderLayer } from './decoder-layer';
import type { KeyValueCache } from './key-value-cache';
import type { LanguageModel, LanguageModelInput } from './language-model';
import { rotarySchemeOf } from './rotary-scaling';

/** What a decoder is built from. */
export interface CausalDecoderParts {
  random: Random | undefined;
  /** Makes one block. */
  layer: () => DecoderLayer;
}

/** The decoder without its output head; named as in checkpoints. */
class DecoderModel extends Module {
  readonly embedTokens: Embedding;
  readonly layers: DecoderLayer[];
  readonly norm: RmsNorm;

  constructor(config: DecoderConfig, { random, layer }: CausalDecoderParts) {
    super();
    const { vocabSize, hiddenSize, numHiddenLayers, rmsNormEps } = config;
    this.embedTokens = new Embedding({ count: vocabSize, size: hiddenSize, random });
    this.layers = Array.from({ length: numHiddenLayers }, layer);
    this.norm = new RmsNorm(hiddenSize, rmsNormEps);
  }
}

/** What the families of causal language models share; named as in Hugging Face checkpoints. */
export abstract class CausalDecoder extends Module implements LanguageModel {
  readonly model: DecoderModel;
  /** Absent when the output matrix is the embedding table. */
  readonly lmHead: Linear | undefined;

  constructor(
    readonly config: DecoderConfig,
    parts: CausalDecoderParts,
  ) {
    super();
    this.model = new DecoderModel(config, parts);
    const { hiddenSize, vocabSize, tieWordEmbeddings } = config;
    const { random } = parts;
    this.lmHead = tieWordEmbeddings
      ? undefined
      : new Linear({ inFeatures: hiddenSize, outFeatures: vocabSize, bias: false, random });
  }

  abstract huggingFaceConfig(): Record<string, unknown>;

  get shortContext(): number {
    const scaling = this.config.rotaryScaling;
    return scaling?.kind === 'longrope' ? scaling.originalMaxPositionEmbeddings : Infinity;
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

  forward(input: LanguageModelInput): {
    hidden: tf.Tensor3D;
    cache: KeyValueCache;
    layers: tf.Tensor3D[];
  } {
    const rotary = this.rotary(input);
    const biasOf = this.biases((window) => causalBias(input.attentionMask, window));
    const layers = [input.embeddings];
    const cache: KeyValueCache = [];
    for (const [index, layer] of this.model.layers.entries()) {
      const context = { rotary, bias: biasOf(index) };
      const { output, keyValues } = layer.apply(layers.at(-1) as tf.Tensor3D, context);
      layers.push(output);
      cache.push(keyValues);
    }
    return { hidden: this.model.norm.apply(layers.at(-1) as tf.Tensor3D), cache, layers };
  }

  decode(
    input: LanguageModelInput,
    { cache, place }: { cache: KeyValueCache; place: tf.Tensor1D },
  ): { hidden: tf.Tensor3D; cache: KeyValueCache } {
    const rotary = this.rotary(input);
    const biasOf = this.biases((window) => decodingBias(input.attentionMask, place, window));
    let x = input.embeddings;
    const next: KeyValueCache = [];
    this.model.layers.forEach((layer, index) => {
      const keyValues = cache[index] as KeyValueCache[number];
      const result = layer.apply(x, {
        rotary,
        bias: biasOf(index),
        past: { keyValues, place },
      });
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

  /** Bias of each layer, computed once for each window. */
  private biases(compute: (window: number) => tf.Tensor4D): (layer: number) => tf.Tensor4D {
    const known = new Map<number, tf.Tensor4D>();
    return (layer) => {
      const window = windowOf(this.config, layer);
      const bias = known.get(window) ?? compute(window);
      known.set(window, bias);
      return bias;
    };
  }

  private rotary({ positions, isLong }: LanguageModelInput): RotaryTable {
    const takesLong = isLong ?? positions.shape[1] > this.shortContext;
    return rotaryTable(positions, rotarySchemeOf(this.config, takesLong));
  }
}
