import * as tf from '@tensorflow/tfjs-core';
import { constantVariable, normalVariable } from '../initializers';
import { Module } from '../module';
import type { Random } from '@omnict/core';

/** Sizes of a LoRA update. */
export interface LoraOptions {
  inFeatures: number;
  outFeatures: number;
  /** r */
  rank: number;
  /** alpha: the update counts alpha / r times. */
  alpha: number;
  /** Undefined when a checkpoint fills it. */
  random: Random | undefined;
}

/**
 * Low-rank update of a linear layer: `x A^T B^T alpha / r`. B starts at 0, so that nothing changes
 * before training.
 *
 * @see https://arxiv.org/abs/2106.09685
 */
export class Lora extends Module {
  /** A, `[r, inFeatures]` */
  readonly loraA: tf.Variable;
  /** B, `[outFeatures, r]` */
  readonly loraB: tf.Variable;
  private readonly scale: number;

  constructor({ inFeatures, outFeatures, rank, alpha, random }: LoraOptions) {
    super();
    // PEFT draws A uniformly with this deviation (Kaiming, a = sqrt(5)); the shape matters little.
    this.loraA = normalVariable([rank, inFeatures], random, 1 / Math.sqrt(3 * inFeatures));
    this.loraB = constantVariable([outFeatures, rank], 0);
    this.scale = alpha / rank;
  }

  /** @param rows float32 `[N, inFeatures]` @returns float32 `[N, outFeatures]` */
  apply(rows: tf.Tensor): tf.Tensor {
    const narrow = tf.matMul(rows as tf.Tensor2D, this.loraA as tf.Tensor2D, false, true); // [N, r]
    return tf.mul(tf.matMul(narrow, this.loraB as tf.Tensor2D, false, true), this.scale); // [N, out]
  }

  /** The update as one matrix, `[outFeatures, inFeatures]`. */
  matrix(): tf.Tensor2D {
    return tf.mul(tf.matMul(this.loraB as tf.Tensor2D, this.loraA as tf.Tensor2D), this.scale);
  }
}
