import * as tf from '@tensorflow/tfjs-core';
import { constantVariable, fanInDeviation, normalVariable } from '../initializers';
import { Module } from '../module';
import type { Random } from '@omnict/core';
import type { Lora } from './lora';

/** Sizes of a {@link Linear} layer. */
export interface LinearOptions {
  inFeatures: number;
  outFeatures: number;
  /** Default true. */
  bias?: boolean;
  /** Undefined when a checkpoint fills the layer. */
  random: Random | undefined;
}

/** `y = x W^T + b`, the weight laid out `[out, in]` as in PyTorch checkpoints. */
export class Linear extends Module {
  /** `[outFeatures, inFeatures]` */
  weight: tf.Variable;
  /** `[outFeatures]` */
  readonly bias: tf.Variable | undefined;
  /** Low-rank update, when one is attached. */
  lora: Lora | undefined;

  constructor({ inFeatures, outFeatures, bias = true, random }: LinearOptions) {
    super();
    this.weight = normalVariable([outFeatures, inFeatures], random, fanInDeviation(inFeatures));
    this.bias = bias ? constantVariable([outFeatures], 0) : undefined;
  }

  /** @param x float32 `[..., inFeatures]` @returns float32 `[..., outFeatures]` */
  apply<T extends tf.Tensor>(x: T): T {
    const [outFeatures, inFeatures] = this.weight.shape as [number, number];
    const rows = tf.reshape(x, [-1, inFeatures]); // [N, in]
    const product = tf.matMul(rows, this.weight, false, true); // [N, out]
    const sum = this.bias === undefined ? product : tf.add(product, this.bias);
    const updated = this.lora === undefined ? sum : tf.add(sum, this.lora.apply(rows));
    return tf.reshape(updated, [...x.shape.slice(0, -1), outFeatures]) as tf.Tensor as T; // [..., out]
  }
}
