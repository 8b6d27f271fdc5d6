import type * as tf from '@tensorflow/tfjs-core';
import { constantVariable } from '../initializers';
import { Module } from '../module';
import { layerNorm } from '../ops/layer-norm';

/** Layer normalization with learned gain and offset over the last axis. */
export class LayerNorm extends Module {
  readonly weight: tf.Variable;
  readonly bias: tf.Variable;

  constructor(
    size: number,
    private readonly epsilon = 1e-6,
  ) {
    super();
    this.weight = constantVariable([size], 1);
    this.bias = constantVariable([size], 0);
  }

  /** @param x float32 `[..., size]` @returns the same shape */
  apply<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, { weight: this.weight, bias: this.bias, epsilon: this.epsilon }) as T;
  }
}
