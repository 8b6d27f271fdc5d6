import type * as tf from '@tensorflow/tfjs-core';
import { constantVariable } from '../initializers';
import { Module } from '../module';
import { rmsNorm } from '../ops/rms-norm';

/** Root-mean-square normalization with learned gain over the last axis. */
export class RmsNorm extends Module {
  readonly weight: tf.Variable;

  constructor(
    size: number,
    private readonly epsilon = 1e-6,
  ) {
    super();
    this.weight = constantVariable([size], 1);
  }

  /** @param x float32 `[..., size]` @returns the same shape */
  apply<T extends tf.Tensor>(x: T): T {
    return rmsNorm(x, { weight: this.weight, epsilon: this.epsilon }) as T;
  }
}
