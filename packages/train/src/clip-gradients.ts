import * as tf from '@tensorflow/tfjs-core';

/**
 * Scales all gradients so that their joint norm is at most `maxNorm`; leaves smaller ones alone.
 *
 * @returns the clipped gradients and the norm before, a scalar
 * @see torch.nn.utils.clip_grad_norm_, whose epsilon this uses
 */
export function clipGradients(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): { clipped: Map<string, tf.Tensor>; norm: tf.Scalar } {
  const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares)) as tf.Scalar;
  const scale = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
  const clipped = new Map(
    [...gradients].map(([name, gradient]) => [name, tf.mul(gradient, scale)] as const),
  );
  return { clipped, norm };
}
