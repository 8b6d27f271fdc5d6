import * as tf from '@tensorflow/tfjs-core';

/** Sums over all leading axes: the gradient of a parameter broadcast over them. */
export function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.reshape(tf.sum(tf.reshape(x, [-1, size]), 0), shape); // [..., E] -> [N, E] -> [E]
}
