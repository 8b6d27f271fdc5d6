import {
  Embedding,
  Linear,
  Module,
  recompute,
  RmsNorm,
  type RotaryScheme,
  scaledDotProductAttention,
  writeAt,
} from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { TurnedHeads } from './attention';
import { decodingBias } from './attention-bias';
import { type ContextTensors, flatRotary, GroupContexts } from './attention-context';
import { type DecoderConfig, windowOf } from './decoder-config';
import type { DecoderLayer } from './decoder-layer';
import { headsFirst } from './group-attention';
import { createCache, type LayerCacheVariables, type LayerKeyValues } from './key-value-cache';
import { newTokenRows } from './new-token-rows';
import type { GroupedInput, LanguageModel, LanguageModelInput } from './language-model';
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

  private sizes: DecoderConfig;

  constructor(config: DecoderConfig, parts: CausalDecoderParts) {
    super();
    this.sizes = config;
    this.model = new DecoderModel(config, parts);
    const { hiddenSize, vocabSize, tieWordEmbeddings } = config;
    const { random } = parts;
    this.lmHead = tieWordEmbeddings
      ? undefined
      : new Linear({ inFeatures: hiddenSize, outFeatures: vocabSize, bias: false, random });
  }

  get config(): DecoderConfig {
    return this.sizes;
  }

  /**
   * Gives `count` tokens from id `first` on rows of their own, in the embedding table and in an output
   * matrix of its own. Rows beyond the table are added to it.
   */
  addTokens({ first, count, random }: { first: number; count: number; random: Random }): void {
    const { vocabSize } = this.sizes;
    for (const layer of [this.model.embedTokens, ...(this.lmHead ? [this.lmHead] : [])]) {
      const before = layer.weight as tf.Variable<tf.Rank.R2>;
      const rows = newTokenRows(before, { known: first, count, random });
      const after = tf.tidy(() => {
        const behind = Math.max(0, vocabSize - first - count);
        const kept = tf.slice(before, [0, 0], [first, -1]);
        return tf.concat([kept, rows, tf.slice(before, [vocabSize - behind, 0], [behind, -1])]);
      });
      before.dispose();
      layer.weight = tf.variable(after);
      tf.dispose([rows, after]);
    }
    this.sizes = { ...this.sizes, vocabSize: Math.max(vocabSize, first + count) };
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

  forward(input: LanguageModelInput): { hidden: tf.Tensor3D; layers: tf.Tensor3D[] } {
    const { embeddings, positions, attentionMask, places, ...options } = input;
    const [batch, , size] = embeddings.shape;
    const { hidden, layers } = this.forwardGroups({
      embeddings: tf.reshape(embeddings, [-1, size]),
      groups: [{ positions, attentionMask, places }],
      ...options,
    });
    const asRows = (x: tf.Tensor2D): tf.Tensor3D => tf.reshape(x, [batch, -1, size]);
    return { hidden: asRows(hidden), layers: layers.map(asRows) };
  }

  forwardGroups({ embeddings, groups, isLong, recomputeLayers = false }: GroupedInput): {
    hidden: tf.Tensor2D;
    layers: tf.Tensor2D[];
    keyValues: LayerKeyValues[];
  } {
    const contexts = new GroupContexts(groups, (longest) => this.rotaryScheme(longest, isLong));
    const layers = [embeddings];
    const keyValues: LayerKeyValues[] = [];
    const last = this.model.layers.length - 1;
    for (const [index, layer] of this.model.layers.entries()) {
      const x = layers.at(-1) as tf.Tensor2D;
      const context = contexts.of(windowOf(this.config, index), index === last);
      if (recomputeLayers) {
        layers.push(recomputeLayer(layer, x, context));
        continue;
      }
      const { output, keys, values } = tf.tidy(() =>
        layer.apply(x, context.restore(context.tensors)),
      );
      layers.push(output);
      keyValues.push({ keys, values });
    }
    return { hidden: this.model.norm.apply(layers.at(-1) as tf.Tensor2D), layers, keyValues };
  }

  createCache(batch: number, positions: number): LayerCacheVariables[] {
    const { headSize, numKeyValueHeads, numHiddenLayers } = this.config;
    return createCache(numHiddenLayers, [batch, numKeyValueHeads, positions, headSize]);
  }

  decode(
    { embeddings, positions, attentionMask, isLong }: LanguageModelInput,
    { cache, place }: { cache: readonly LayerCacheVariables[]; place: tf.Scalar },
  ): tf.Tensor3D {
    const [batch, , size] = embeddings.shape;
    const scheme = this.rotaryScheme(attentionMask.shape[1], isLong);
    const rotary = flatRotary([positions], scheme);
    const biasOf = this.biases((window) => decodingBias(attentionMask, place, window));
    let x: tf.Tensor2D = tf.reshape(embeddings, [batch, size]);
    this.model.layers.forEach((layer, index) => {
      const past = { cache: cache[index] as LayerCacheVariables, place };
      const bias = biasOf(index); // outside of the tidy below: other layers use it too
      const attend = (heads: TurnedHeads): tf.Tensor2D => attendPast(heads, { past, bias });
      x = tf.tidy(() => layer.apply(x, { rotary, queryRotary: rotary, attend }).output);
    });
    return tf.reshape(this.model.norm.apply(x), [batch, 1, size]);
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

  private rotaryScheme(longest: number, isLong = longest > this.shortContext): RotaryScheme {
    return rotarySchemeOf(this.config, isLong);
  }
}

/** A layer whose inside is computed again on the way back. */
function recomputeLayer(
  layer: DecoderLayer,
  x: tf.Tensor2D,
  { tensors, restore }: ContextTensors,
): tf.Tensor2D {
  return recompute((input, context) => layer.apply(input, restore(context)).output, x, {
    parameters: layer.parameters(),
    context: tensors,
  });
}

/** One token per sequence, which attends to those before it and is written behind them. */
function attendPast(
  { q, k, v }: TurnedHeads,
  {
    past: { cache, place },
    bias,
  }: { past: { cache: LayerCacheVariables; place: tf.Scalar }; bias: tf.Tensor },
): tf.Tensor2D {
  const batch = q.shape[0];
  writeAt(cache.keys, headsFirst(k, batch), { axis: 2, place });
  writeAt(cache.values, headsFirst(v, batch), { axis: 2, place });
  const options = { v: cache.values, bias };
  const mixed = scaledDotProductAttention(headsFirst(q, batch), cache.keys, options); // [B, h, 1, d]
  return tf.reshape(mixed, [batch, -1]); // [B, h*d]
}
