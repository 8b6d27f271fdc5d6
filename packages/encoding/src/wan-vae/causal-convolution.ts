import { constantVariable, Module, normalVariable } from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';

/** Kernel, stride and padding along time, height and width. */
export interface CausalConvolutionOptions {
  inChannels: number;
  outChannels: number;
  kernel: readonly [number, number, number];
  stride?: readonly [number, number, number];
  /** Rows before and after, columns before and after; time is padded before only, by kernel - 1. */
  spatialPadding?: readonly [number, number];
  /** False leaves time unpadded. */
  causal?: boolean;
  random: Random | undefined;
}

/**
 * Convolution over time and space that sees no later frame: all padding along time stands before the
 * first one.
 */
export class CausalConvolution extends Module {
  /** `[out, in, kt, kh, kw]` as in PyTorch; without kt for a kernel over space alone. */
  readonly weight: tf.Variable;
  readonly bias: tf.Variable;
  private readonly options: CausalConvolutionOptions;

  constructor(options: CausalConvolutionOptions, { spatial = false } = {}) {
    super();
    const { outChannels, inChannels, kernel, random } = options;
    const size = spatial ? kernel.slice(1) : kernel;
    this.weight = normalVariable([outChannels, inChannels, ...size], random);
    this.bias = constantVariable([outChannels], 0);
    this.options = options;
  }

  /** @param x float32 `[B, T, H, W, C]` @returns float32 `[B, T', H', W', out]` */
  apply(x: tf.Tensor5D): tf.Tensor5D {
    const { kernel, stride = [1, 1, 1], spatialPadding = [0, 0], causal = true } = this.options;
    const { outChannels, inChannels } = this.options;
    const full = tf.reshape(this.weight, [outChannels, inChannels, ...kernel]); // [O, I, kt, kh, kw]
    const filter = tf.transpose(full, [2, 3, 4, 1, 0]) as tf.Tensor5D; // [kt, kh, kw, I, O]
    const space = [...spatialPadding] as [number, number];
    const padded = tf.pad(x, [[0, 0], [causal ? kernel[0] - 1 : 0, 0], space, space, [0, 0]]);
    const result = tf.conv3d(padded, filter, [...stride], 'valid');
    return tf.add(result, this.bias);
  }
}
