import {
  ACTIVATIONS,
  constantVariable,
  LayerNorm,
  Linear,
  mergeHeads,
  Module,
  scaledDotProductAttention,
  splitHeads,
} from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { PatchProjection } from '../patch-projection';
import type { HiddenStates } from '../vision-encoder';
import type { VideoMaeConfig } from './config';
import { sinusoids } from './sinusoids';

/** Queries and values have biases, keys have none: a bias on keys would change no attention weight. */
class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly qBias: tf.Variable | undefined;
  readonly vBias: tf.Variable | undefined;

  constructor(
    private readonly config: VideoMaeConfig,
    random?: Random,
  ) {
    super();
    const { hiddenSize, qvBias } = config;
    const square = { inFeatures: hiddenSize, outFeatures: hiddenSize, bias: false, random };
    this.query = new Linear(square);
    this.key = new Linear(square);
    this.value = new Linear(square);
    this.qBias = qvBias ? constantVariable([hiddenSize], 0) : undefined;
    this.vBias = qvBias ? constantVariable([hiddenSize], 0) : undefined;
  }

  /** @param x float32 `[B, T, E]` @returns the same shape */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const heads = (projection: Linear, bias?: tf.Variable): tf.Tensor4D => {
      const projected = projection.apply(x);
      const shifted = bias === undefined ? projected : tf.add(projected, bias);
      return splitHeads(shifted, this.config.numAttentionHeads); // [B, h, T, d]
    };
    const v = heads(this.value, this.vBias);
    return mergeHeads(
      scaledDotProductAttention(heads(this.query, this.qBias), heads(this.key), { v }),
    ); // [B, T, E]
  }
}

/** A linear layer under the name `dense`. */
class Dense extends Module {
  readonly dense: Linear;

  constructor(inFeatures: number, outFeatures: number, random?: Random) {
    super();
    this.dense = new Linear({ inFeatures, outFeatures, random });
  }
}

class Attention extends Module {
  readonly attention: SelfAttention;
  readonly output: Dense;

  constructor(config: VideoMaeConfig, random?: Random) {
    super();
    this.attention = new SelfAttention(config, random);
    this.output = new Dense(config.hiddenSize, config.hiddenSize, random);
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    return this.output.dense.apply(this.attention.apply(x));
  }
}

class Layer extends Module {
  readonly layernormBefore: LayerNorm;
  readonly attention: Attention;
  readonly layernormAfter: LayerNorm;
  readonly intermediate: Dense;
  readonly output: Dense;

  constructor(
    private readonly config: VideoMaeConfig,
    random?: Random,
  ) {
    super();
    const { hiddenSize, intermediateSize, layerNormEps } = config;
    this.layernormBefore = new LayerNorm(hiddenSize, layerNormEps);
    this.attention = new Attention(config, random);
    this.layernormAfter = new LayerNorm(hiddenSize, layerNormEps);
    this.intermediate = new Dense(hiddenSize, intermediateSize, random);
    this.output = new Dense(intermediateSize, hiddenSize, random);
  }

  apply(x: tf.Tensor3D): tf.Tensor3D {
    const attended: tf.Tensor3D = tf.add(x, this.attention.apply(this.layernormBefore.apply(x)));
    const wide = this.intermediate.dense.apply(this.layernormAfter.apply(attended)); // [B, T, I]
    const active = ACTIVATIONS[this.config.hiddenAct](wide) as tf.Tensor3D;
    return tf.add(attended, this.output.dense.apply(active));
  }
}

class Embeddings extends Module {
  readonly patchEmbeddings: TubeletEmbeddings;

  constructor(config: VideoMaeConfig, random?: Random) {
    super();
    this.patchEmbeddings = new TubeletEmbeddings(config, random);
  }

  /** @param frames float32 `[B, T, 3, H, W]` @returns float32 `[B, P, E]` */
  apply(frames: tf.Tensor5D): tf.Tensor3D {
    const channelsFirst = tf.transpose(frames, [0, 2, 1, 3, 4]); // [B, 3, T, H, W]
    const tubelets = this.patchEmbeddings.projection.apply(channelsFirst); // [B, P, E]
    return tf.add(tubelets, sinusoids(tubelets.shape[1], tubelets.shape[2]));
  }
}

class TubeletEmbeddings extends Module {
  readonly projection: PatchProjection;

  constructor({ tubeletSize, patchSize, hiddenSize }: VideoMaeConfig, random?: Random) {
    super();
    const kernel = [tubeletSize, ...patchSize];
    this.projection = new PatchProjection({ channels: 3, kernel, outputDim: hiddenSize, random });
  }
}

class Encoder extends Module {
  readonly layer: Layer[];

  constructor(config: VideoMaeConfig, random?: Random) {
    super();
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new Layer(config, random));
  }
}

/**
 * VideoMAE's encoder: every tubelet is a token. Parameter names are those of Hugging Face's
 * `VideoMAEModel`.
 *
 * @see https://arxiv.org/abs/2203.12602, https://arxiv.org/abs/2303.16727
 */
export class VideoMaeTransformer extends Module {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  readonly layernorm: LayerNorm | undefined;

  constructor(config: VideoMaeConfig, random?: Random) {
    super();
    this.embeddings = new Embeddings(config, random);
    this.encoder = new Encoder(config, random);
    this.layernorm = config.useMeanPooling
      ? undefined
      : new LayerNorm(config.hiddenSize, config.layerNormEps);
  }

  /** @param frames float32 `[B, T, 3, H, W]`, normalized @returns states of `[B, P, E]`, time slowest */
  apply(frames: tf.Tensor5D): HiddenStates {
    const layers = [this.embeddings.apply(frames)];
    for (const layer of this.encoder.layer)
      layers.push(tf.tidy(() => layer.apply(layers.at(-1) as tf.Tensor3D)));
    const last = layers.at(-1) as tf.Tensor3D;
    return { last: this.layernorm?.apply(last) ?? last, layers };
  }
}
