import * as tf from '@tensorflow/tfjs-core';
import { FLOAT32, INT32 } from '../engine/types';
import { onTensorFlow, runOperation } from '../fast/tensorflow';

/**
 * Cross-entropy of each row of logits against its label: `logsumexp(z) - z[label]`.
 * Its gradient, `softmax(z) - onehot(label)`, is written out: autodiff would keep the one-hot
 * matrix and the logarithms alive through the whole backward pass. TensorFlow gives both in one
 * operation.
 *
 * @param logits float32 `[N, V]` @param labels int32 `[N]`, each in [0, V)
 * @returns float32 `[N]`, in nats
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const forward = tf.customGrad((input, save) => {
    const { losses, slopes } = (onTensorFlow() ? fused : plainSoftmaxCrossEntropy)(
      input as tf.Tensor2D,
      labels,
    );
    (save as tf.GradSaveFunc)([slopes]);
    return {
      value: losses,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.mul(saved[0] as tf.Tensor, tf.expandDims(dy, -1)), // [N, V]
    };
  });
  return forward(logits) as tf.Tensor1D;
}

interface LossesAndSlopes {
  /** `[N]` */
  losses: tf.Tensor1D;
  /** `[N, V]`: derivative of each loss by its logits */
  slopes: tf.Tensor2D;
}

/** By operations that every engine has. */
export function plainSoftmaxCrossEntropy(z: tf.Tensor2D, labels: tf.Tensor1D): LossesAndSlopes {
  const shifted = tf.sub(z, tf.max(z, -1, true));
  const exponentials = tf.exp(shifted);
  const sums = tf.sum(exponentials, -1, true); // [N, 1]
  const oneHot = tf.cast(tf.oneHot(labels, z.shape[1]), 'float32'); // [N, V]
  const labelLogits = tf.sum(tf.mul(shifted, oneHot), -1); // [N]
  return {
    losses: tf.sub(tf.log(tf.squeeze(sums, [1])), labelLogits),
    slopes: tf.sub(tf.div(exponentials, sums), oneHot),
  };
}

function fused(z: tf.Tensor2D, labels: tf.Tensor1D): LossesAndSlopes {
  const [losses, slopes] = runOperation({
    name: 'SparseSoftmaxCrossEntropyWithLogits',
    inputs: [z, labels],
    attributes: (type) => [type('T', FLOAT32), type('Tlabels', INT32)],
    outputs: 2,
  });
  return { losses: losses as tf.Tensor1D, slopes: slopes as tf.Tensor2D };
}
