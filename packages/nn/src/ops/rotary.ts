import * as tf from '@tensorflow/tfjs-core';
import { FLOAT32, INT32 } from '../engine/types';
import { onTensorFlow, runOperation } from '../fast/tensorflow';

/** Cosine and sine tables for rotary embedding, `[B, 1, T, d]` each, ready to broadcast over heads. */
export interface RotaryTable {
  cos: tf.Tensor4D;
  sin: tf.Tensor4D;
}

/** How fast the dimensions turn. */
export interface RotaryScheme {
  /** Radians per position of each pair of dimensions, `[d / 2]`. */
  frequencies: Float32Array;
  /** Factor on cosine and sine; 1 but for models whose context was extended. */
  scale: number;
}

/** The usual frequencies, `theta^(-2i/d)`. @see https://arxiv.org/abs/2104.09864 */
export function rotaryFrequencies(size: number, theta: number): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, i) => theta ** (-(2 * i) / size));
}

/**
 * Rotary position angles, halves layout as in Llama and Qwen2: dimension i and i + d/2 turn
 * together by `position * frequency[i]`.
 *
 * @param positions int32 or float32 `[B, T]`
 * @see https://arxiv.org/abs/2104.09864
 */
export function rotaryTable(
  positions: tf.Tensor2D,
  { frequencies, scale }: RotaryScheme,
): RotaryTable {
  const [batch, length] = positions.shape;
  const column = tf.reshape(tf.cast(positions, 'float32'), [batch, 1, length, 1]); // [B, 1, T, 1]
  const angles = tf.mul(column, tf.tensor(frequencies, [1, 1, 1, frequencies.length])); // [B, 1, T, d/2]
  const both = tf.concat([angles, angles], -1); // [B, 1, T, d]
  const [cos, sin] = [tf.cos(both), tf.sin(both)] as [tf.Tensor4D, tf.Tensor4D];
  return scale === 1 ? { cos, sin } : { cos: tf.mul(cos, scale), sin: tf.mul(sin, scale) };
}

/**
 * Turns queries or keys by their position's angles. Dimensions beyond the table's stay as they are
 * (partial rotary).
 *
 * @param x float32 `[B, h, T, d]`
 */
export function applyRotary(x: tf.Tensor4D, { cos, sin }: RotaryTable): tf.Tensor4D {
  const turning = cos.shape[3];
  const rest = x.shape[3] - turning;
  const [moved, kept] = rest === 0 ? [x] : tf.split(x, [turning, rest], -1);
  const [first, second] = tf.split(sin, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
  const signed = tf.concat([tf.neg(first), second], -1); // [B, 1, T, d]
  const turned = turn(moved as tf.Tensor4D, cos, signed);
  return kept === undefined ? turned : tf.concat([turned, kept as tf.Tensor4D], -1); // [B, h, T, d]
}

/**
 * `x cos + swap(x) sin`, sin negative in its first half. Turning back is the gradient, written out: it
 * has the same two products, where autodiff would take the halves apart and put them together again.
 */
function turn(x: tf.Tensor4D, cos: tf.Tensor4D, signedSin: tf.Tensor4D): tf.Tensor4D {
  const forward = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([cos, signedSin]); // tfjs frees what is not saved before the way back
    return {
      value: tf.add(
        tf.mul(input as tf.Tensor4D, cos),
        tf.mul(swapHalves(input as tf.Tensor4D), signedSin),
      ),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [cosine, sine] = saved as [tf.Tensor, tf.Tensor];
        return tf.add(tf.mul(dy, cosine), swapHalves(tf.mul(dy, sine) as tf.Tensor4D));
      },
    };
  });
  return forward(x) as tf.Tensor4D;
}

/** Second half of the last axis, then the first. */
function swapHalves(x: tf.Tensor4D): tf.Tensor4D {
  const half = x.shape[3] / 2;
  if (!onTensorFlow()) {
    const [first, second] = tf.split(x, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
    return tf.concat([second, first], -1); // [B, h, T, d]
  }
  const [rolled] = runOperation({
    name: 'Roll',
    inputs: [x, tf.scalar(half, 'int32'), tf.scalar(3, 'int32')],
    attributes: (type) => [type('T', FLOAT32), type('Tshift', INT32), type('Taxis', INT32)],
    outputs: 1,
  });
  return rolled as tf.Tensor4D; // [B, h, T, d]
}
