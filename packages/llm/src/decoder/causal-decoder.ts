import {
  Embedding,
  Linear,
  Module,
  recompute,
  RmsNorm,
  type RotaryTable,
  rotaryTable,
} from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { causalBias, decodingBias } from './attention-bias';
import { type DecoderConfig, windowOf } from './decoder-config';
import type { DecoderLayer } from './decoder-layer';
import { createCache, type KeyValueCache, type LayerCacheVariables } from './key-value-cache';
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
      const x = layers.at(-1) as tf.Tensor3D;
      const context = { rotary, bias: biasOf(index) };
      if (input.recomputeLayers === true) {
        layers.push(recomputeLayer(layer, x, context));
        continue;
      }
      const { output, keyValues } = tf.tidy(() => layer.apply(x, context));
      layers.push(output);
      cache.push(keyValues);
    }
    return { hidden: this.model.norm.apply(layers.at(-1) as tf.Tensor3D), cache, layers };
  }

  createCache(batch: number, positions: number): LayerCacheVariables[] {
    const { headSize, numKeyValueHeads, numHiddenLayers } = this.config;
    return createCache(numHiddenLayers, [batch, numKeyValueHeads, positions, headSize]);
  }

  decode(
    input: LanguageModelInput,
    { cache, place }: { cache: readonly LayerCacheVariables[]; place: tf.Scalar },
  ): tf.Tensor3D {
    const rotary = this.rotary(input);
    const biasOf = this.biases((window) => decodingBias(input.attentionMask, place, window));
    let x = input.embeddings;
    this.model.layers.forEach((layer, index) => {
      const past = { cache: cache[index] as LayerCacheVariables, place };
      const context = { rotary, bias: biasOf(index), past };
      x = tf.tidy(() => layer.apply(x, context).output);
    });
    return this.model.norm.apply(x);
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

/** A layer whose inside is computed again on the way back. */
function recomputeLayer(
  layer: DecoderLayer,
  x: tf.Tensor3D,
  { rotary, bias }: { rotary: RotaryTable; bias: tf.Tensor },
): tf.Tensor3D {
  const context = { cos: rotary.cos, sin: rotary.sin, bias };
  return recompute(
    (input, { cos, sin, bias: added }) =>
      layer.apply(input, { rotary: { cos, sin }, bias: added }).output,
    x,
    { parameters: layer.parameters(), context },
  );
}
