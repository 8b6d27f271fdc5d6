import { type Random } from '@omnict/core';
import { compile, Linear, Module, type NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Logit of a phrase before anything is learnt: about one patch in fifty. */
const INITIAL_BIAS = -4;

/** Sizes of the head. */
export interface RegionPhraseHeadOptions {
  /** Width of the image tower's features. */
  featureDim: number;
  /** Phrases that can describe a region. */
  phraseCount: number;
  random: Random;
}

/**
 * Reads from each patch's feature which phrases describe it; thrown away when the tower is trained.
 *
 * SigLIP's sigmoid loss between regions and phrases, `-log sigmoid(z s)` with z = 1 where the phrase
 * describes the patch and -1 elsewhere. SigLIP compares whole images with captions; at the size of our
 * tiny encoder, and with maps at hand, regions teach more per step. Each phrase is one vector: a text
 * tower over a few dozen phrases would be a table too.
 *
 * @see https://arxiv.org/abs/2303.15343, Sec. 3
 */
export class RegionPhraseHead extends Module {
  readonly phrases: Linear;

  constructor({ featureDim, phraseCount, random }: RegionPhraseHeadOptions) {
    super();
    this.phrases = new Linear({ inFeatures: featureDim, outFeatures: phraseCount, random });
    // Most phrases do not fit most patches: nothing else must be learnt first.
    this.phrases.bias?.assign(tf.fill([phraseCount], INITIAL_BIAS));
  }

  /** @param features float32 `[N, P, E]` @returns logits, float32 `[N*P, K]` */
  logits(features: tf.Tensor3D): tf.Tensor2D {
    const rows = tf.reshape(features, [-1, features.shape[2]]) as tf.Tensor2D; // [N*P, E]
    return this.phrases.apply(rows) as tf.Tensor2D;
  }

  /**
   * Loss summed over patches and phrases.
   *
   * @param targets float32 `[N*P, K]`, 1 or -1 @param weights float32 `[N*P, K]`, 0 where a phrase is
   *   neither right nor wrong
   */
  loss(features: tf.Tensor3D, targets: tf.Tensor2D, weights: tf.Tensor2D): tf.Scalar {
    const agreement = tf.mul(this.logits(features), targets); // [N*P, K]
    return tf.sum(tf.mul(tf.softplus(tf.neg(agreement)), weights));
  }
}

/** Compiles the phrases' probabilities. @returns `probabilities` float32 `[N*P, K]` of `units` */
export function compilePhraseReader(
  head: RegionPhraseHead,
  encode: (units: tf.Tensor4D) => tf.Tensor3D,
): (inputs: NamedTensors) => NamedTensors {
  return compile((inputs) => ({
    probabilities: tf.sigmoid(head.logits(encode(inputs['units'] as tf.Tensor4D))),
  }));
}
