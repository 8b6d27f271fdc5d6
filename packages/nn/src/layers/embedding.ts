import * as tf from '@tensorflow/tfjs-core';
import { fanInDeviation, normalVariable } from '../initializers';
import { Module } from '../module';
import { gatherRows } from '../ops/gather-rows';
import type { Random } from '@omnict/core';

/** A table of learned vectors, looked up by id. */
export class Embedding extends Module {
  /** `[count, size]` */
  weight: tf.Variable;

  constructor({
    count,
    size,
    random,
  }: {
    count: number;
    size: number;
    random: Random | undefined;
  }) {
    super();
    this.weight = normalVariable([count, size], random, fanInDeviation(size));
  }

  /** @param ids int32 `[...]` @returns float32 `[..., size]` */
  apply(ids: tf.Tensor): tf.Tensor {
    const rows = gatherRows(this.weight as tf.Tensor2D, tf.reshape(ids, [-1]) as tf.Tensor1D); // [N, size]
    return tf.reshape(rows, [...ids.shape, this.weight.shape[1] as number]); // [..., size]
  }
}
