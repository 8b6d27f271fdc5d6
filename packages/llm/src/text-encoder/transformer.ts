import {
  ACTIVATIONS,
  Embedding,
  LayerNorm,
  Linear,
  MASKED_SCORE,
  mergeHeads,
  Module,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { TextEncoderConfig } from './config';

/** Token ids of a batch. */
export interface TextEncoderInput {
  /** int32 `[B, T]` */
  ids: tf.Tensor2D;
  /** int32 `[B, T]`: 1 for tokens, 0 for padding */
  attentionMask: tf.Tensor2D;
  /** int32 `[B, T]`: which of two texts a token belongs to. Default: all 0 */
  tokenTypeIds?: tf.Tensor2D | undefined;
}

class Embeddings extends Module {
  readonly wordEmbeddings: Embedding;
  readonly positionEmbeddings: Embedding;
  readonly tokenTypeEmbeddings: Embedding;
  readonly layerNorm: LayerNorm;

  constructor(
    private readonly config: TextEncoderConfig,
    random?: Random,
  ) {
    super();
    const { vocabSize, maxPositionEmbeddings, typeVocabSize, hiddenSize: size } = config;
    this.wordEmbeddings = new Embedding({ count: vocabSize, size, random });
    this.positionEmbeddings = new Embedding({ count: maxPositionEmbeddings, size, random });
    this.tokenTypeEmbeddings = new Embedding({ count: typeVocabSize, size, random });
    this.layerNorm = new LayerNorm(size, config.layerNormEps);
  }

  /** @returns float32 `[B, T, E]` */
  apply({ ids, tokenTypeIds }: TextEncoderInput): tf.Tensor3D {
    const types =
      tokenTypeIds === undefined
        ? tf.slice(this.tokenTypeEmbeddings.weight, [0, 0], [1, -1]) // [1, E]
        : this.tokenTypeEmbeddings.apply(tokenTypeIds); // [B, T, E]
    const words = this.wordEmbeddings.apply(ids); // [B, T, E]
    const places = this.positionEmbeddings.apply(this.positions(ids)); // [1 or B, T, E]
    return this.layerNorm.apply(tf.add(tf.add(words, types), places) as tf.Tensor3D);
  }

  /** BERT counts all places, RoBERTa those without padding, from its padding id on. */
  private positions(ids: tf.Tensor2D): tf.Tensor {
    if (this.config.family === 'bert') {
      return tf.expandDims(tf.range(0, ids.shape[1], 1, 'int32'), 0); // [1, T]
    }
    const { padTokenId } = this.config;
    const isToken = tf.cast(tf.notEqual(ids, padTokenId), 'int32');
    const counted = tf.mul(tf.cumsum(isToken, 1), isToken);
    return tf.cast(tf.add(counted, tf.scalar(padTokenId, 'int32')), 'int32'); // [B, T]
  }
}

class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;

  constructor(
    private readonly config: TextEncoderConfig,
    random?: Random,
  ) {
    super();
    const square = { inFeatures: config.hiddenSize, outFeatures: config.hiddenSize, random };
    this.query = new Linear(square);
    this.key = new Linear(square);
    this.value = new Linear(square);
  }

  /** @param x float32 `[B, T, E]` @param bias float32 `[B, 1, 1, T]` */
  apply(x: tf.Tensor3D, bias: tf.Tensor): tf.Tensor3D {
    const heads = (projection: Linear): tf.Tensor4D =>
      splitHeads(projection.apply(x), this.config.numAttentionHeads); // [B, h, T, d]
    const v = heads(this.value);
    return mergeHeads(scaledDotProductAttention(heads(this.query), heads(this.key), { v, bias })); // [B, T, E]
  }
}

/** Projection back to the residual stream, and the norm after it. */
class Output extends Module {
  readonly dense: Linear;
  readonly layerNorm: LayerNorm;

  constructor(
    inFeatures: number,
    { hiddenSize, layerNormEps }: TextEncoderConfig,
    random?: Random,
  ) {
    super();
    this.dense = new Linear({ inFeatures, outFeatures: hiddenSize, random });
    this.layerNorm = new LayerNorm(hiddenSize, layerNormEps);
  }

  apply(x: tf.Tensor3D, residual: tf.Tensor3D): tf.Tensor3D {
    return this.layerNorm.apply(tf.add(this.dense.apply(x), residual));
  }
}

class Attention extends Module {
  readonly self: SelfAttention;
  readonly output: Output;

  constructor(config: TextEncoderConfig, random?: Random) {
    super();
    this.self = new SelfAttention(config, random);
    this.output = new Output(config.hiddenSize, config, random);
  }
}

class Intermediate extends Module {
  readonly dense: Linear;

  constructor({ hiddenSize, intermediateSize }: TextEncoderConfig, random?: Random) {
    super();
    this.dense = new Linear({ inFeatures: hiddenSize, outFeatures: intermediateSize, random });
  }
}

class Layer extends Module {
  readonly attention: Attention;
  readonly intermediate: Intermediate;
  readonly output: Output;

  constructor(
    private readonly config: TextEncoderConfig,
    random?: Random,
  ) {
    super();
    this.attention = new Attention(config, random);
    this.intermediate = new Intermediate(config, random);
    this.output = new Output(config.intermediateSize, config, random);
  }

  apply(x: tf.Tensor3D, bias: tf.Tensor): tf.Tensor3D {
    const attended = this.attention.output.apply(this.attention.self.apply(x, bias), x);
    const wide = this.intermediate.dense.apply(attended); // [B, T, 4E]
    const active = ACTIVATIONS[this.config.hiddenAct](wide) as tf.Tensor3D;
    return this.output.apply(active, attended);
  }
}

class Encoder extends Module {
  readonly layer: Layer[];

  constructor(config: TextEncoderConfig, random?: Random) {
    super();
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new Layer(config, random));
  }
}

/**
 * BERT's and RoBERTa's encoder, post-norm. Parameter names are those of Hugging Face's `BertModel` and
 * `RobertaModel`, with `layer_norm` for `LayerNorm`.
 *
 * @see https://arxiv.org/abs/1810.04805, https://arxiv.org/abs/1907.11692
 */
export class TextTransformer extends Module {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;

  constructor(config: TextEncoderConfig, random?: Random) {
    super();
    this.embeddings = new Embeddings(config, random);
    this.encoder = new Encoder(config, random);
  }

  /** Embeddings and the output of each layer, the last of them last: float32 `[B, T, E]` each. */
  apply(input: TextEncoderInput): tf.Tensor3D[] {
    const [batch, length] = input.attentionMask.shape;
    const hidden = tf.sub(1, tf.cast(input.attentionMask, 'float32'));
    const bias = tf.reshape(tf.mul(hidden, MASKED_SCORE), [batch, 1, 1, length]); // [B, 1, 1, T]
    const layers = [this.embeddings.apply(input)];
    for (const layer of this.encoder.layer) {
      layers.push(tf.tidy(() => layer.apply(layers.at(-1) as tf.Tensor3D, bias)));
    }
    return layers;
  }
}
