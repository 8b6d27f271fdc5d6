import { constantVariable, fanInDeviation, Module, normalVariable } from '@omnict/nn';
import { type Random, ShapeError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Embeds patches: a convolution whose stride equals its kernel, which is a linear map of each patch.
 * The kernel has as many axes as the image: K x K for images, K x K x K for volumes.
 */
export class PatchProjection extends Module {
  /** `[E, C, ...K]` */
  readonly weight: tf.Variable;
  /** `[E]` */
  readonly bias: tf.Variable;

  constructor(options: {
    channels: number;
    kernel: readonly number[];
    outputDim: number;
    random: Random | undefined;
  }) {
    super();
    const { channels, kernel, outputDim, random } = options;
    const fanIn = kernel.reduce((product, size) => product * size, channels);
    this.weight = normalVariable([outputDim, channels, ...kernel], random, fanInDeviation(fanIn));
    this.bias = constantVariable([outputDim], 0);
  }

  /**
   * Rows and columns that fill no patch are left out, as by a convolution without padding.
   *
   * @param x float32 `[B, C, ...S]` @returns float32 `[B, P, E]`, patches in row-major order
   * @throws ShapeError when channels or axes differ from the kernel's, or nothing fills a patch
   */
  apply(x: tf.Tensor): tf.Tensor3D {
    const [outputDim, channels, ...kernel] = this.weight.shape as [number, number, ...number[]];
    const [batch, given, ...size] = x.shape as [number, number, ...number[]];
    const grid = kernel.map((k, axis) => Math.floor((size[axis] ?? 0) / k));
    if (given !== channels || size.length !== kernel.length || grid.includes(0)) {
      throw new ShapeError(
        `PatchProjection: input [${x.shape.join(', ')}] has no patches of [${kernel.join(', ')}]; expected [B, ${channels}, ...] and at least one patch per axis; prepare images at the encoder's size`,
      );
    }
    const covered = grid.map((count, axis) => count * (kernel[axis] as number));
    const whole = tf.slice(x, [0, 0, ...covered.map(() => 0)], [batch, channels, ...covered]);
    const pairs = grid.flatMap((count, axis) => [count, kernel[axis] as number]);
    const split = tf.reshape(whole, [batch, channels, ...pairs]); // [B, C, G1, K1, G2, K2, ...]
    const gridAxes = grid.map((_, axis) => 2 + 2 * axis);
    const order = [0, ...gridAxes, 1, ...gridAxes.map((axis) => axis + 1)];
    const patches = tf.transpose(split, order); // [B, ...G, C, ...K]
    const count = tf.util.sizeFromShape(grid);
    const rows = tf.reshape(patches, [batch * count, -1]); // [B*P, C*K...]
    const matrix = tf.reshape(this.weight, [outputDim, -1]); // [E, C*K...]
    const projected = tf.add(tf.matMul(rows, matrix, false, true), this.bias); // [B*P, E]
    return tf.reshape(projected, [batch, count, outputDim]); // [B, P, E]
  }
}
