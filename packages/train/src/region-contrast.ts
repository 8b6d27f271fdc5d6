import { compile, Embedding, Linear, Module, type NamedTensors } from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of the two heads. */
export interface RegionContrastOptions {
  /** Width of the image tower's features. */
  featureDim: number;
  /** Width of the shared space. */
  embeddingDim: number;
  vocabularySize: number;
  random: Random;
}

/**
 * SigLIP's sigmoid loss between image regions and phrases.
 *
 * Each patch is compared with each phrase: `-log sigmoid(z (t cos(patch, phrase) + b))`, z = 1 where
 * the phrase describes the patch and -1 elsewhere. SigLIP does this for whole images and captions; at
 * the size of our tiny encoder, and with masks at hand, regions teach more per step. A phrase is the
 * mean of its tokens' embeddings: the text tower, like SigLIP's, is thrown away after training.
 *
 * @see https://arxiv.org/abs/2303.15343, Sec. 3
 */
export class RegionContrast extends Module {
  readonly imageHead: Linear;
  readonly textTokens: Embedding;
  /** log t, starts at log 10 as in SigLIP */
  readonly logTemperature: tf.Variable;
  /** b, starts at -3: most phrases do not fit most patches */
  readonly offset: tf.Variable;

  constructor({ featureDim, embeddingDim, vocabularySize, random }: RegionContrastOptions) {
    super();
    this.imageHead = new Linear({ inFeatures: featureDim, outFeatures: embeddingDim, random });
    this.textTokens = new Embedding({ count: vocabularySize, size: embeddingDim, random });
    this.logTemperature = tf.variable(tf.scalar(Math.log(10)));
    this.offset = tf.variable(tf.scalar(-3));
  }

  /**
   * Scores of all pairs.
   *
   * @param features float32 `[N, P, featureDim]` @param phraseTokens float32 `[K, V]`: each phrase's
   *   token counts, rows summing to 1
   * @returns float32 `[N*P, K]`
   */
  scores(features: tf.Tensor3D, phraseTokens: tf.Tensor2D): tf.Tensor2D {
    const rows = tf.reshape(features, [-1, features.shape[2]]) as tf.Tensor2D; // [N*P, F]
    const image = normalize(this.imageHead.apply(rows)); // [N*P, E]
    const table = this.textTokens.weight as tf.Tensor2D;
    const text = normalize(tf.matMul(phraseTokens, table)); // [K, E]
    const cosine = tf.matMul(image, text, false, true); // [N*P, K]
    return tf.add(tf.mul(cosine, tf.exp(this.logTemperature)), this.offset);
  }

  /**
   * Loss summed over patches and phrases.
   *
   * @param targets float32 `[N*P, K]`, 1 or -1
   */
  loss(features: tf.Tensor3D, phraseTokens: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
    const agreement = tf.mul(this.scores(features, phraseTokens), targets); // [N*P, K]
    return tf.sum(tf.softplus(tf.neg(agreement)));
  }
}

/** Compiles the forward pass that training's progress is judged by: share of pairs scored right. */
export function compilePairAccuracy(
  contrast: RegionContrast,
  encode: (units: tf.Tensor4D) => tf.Tensor3D,
): (inputs: NamedTensors) => NamedTensors {
  return compile((inputs) => {
    const features = encode(inputs['units'] as tf.Tensor4D);
    const scores = contrast.scores(features, inputs['phraseTokens'] as tf.Tensor2D);
    const right = tf.greater(tf.mul(scores, inputs['targets'] as tf.Tensor2D), 0);
    const positive = tf.cast(tf.greater(inputs['targets'] as tf.Tensor2D, 0), 'float32');
    const hits = tf.mul(tf.cast(right, 'float32'), positive);
    return {
      accuracy: tf.mean(tf.cast(right, 'float32')),
      recall: tf.div(tf.sum(hits), tf.maximum(tf.sum(positive), 1)),
    };
  });
}

function normalize(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)));
}
