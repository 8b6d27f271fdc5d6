import * as tf from '@tensorflow/tfjs-core';

/**
 * Cross-entropy of each row of logits against its label: `logsumexp(z) - z[label]`.
 * Its gradient, `softmax(z) - onehot(label)`, is written out: autodiff would keep the one-hot
 * matrix and the logarithms alive through the whole backward pass.
 *
 * @param logits float32 `[N, V]` @param labels int32 `[N]`, each in [0, V)
 * @returns float32 `[N]`, in nats
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const vocabularySize = logits.shape[1];
  const forward = tf.customGrad((input, save) => {
    const z = input as tf.Tensor2D;
    const shifted = tf.sub(z, tf.max(z, -1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, -1, true); // [N, 1]
    const oneHot = tf.cast(tf.oneHot(labels, vocabularySize), 'float32'); // [N, V]
    const probabilities = tf.div(exponentials, sums);
    (save as tf.GradSaveFunc)([tf.sub(probabilities, oneHot)]);
    const labelLogits = tf.sum(tf.mul(shifted, oneHot), -1); // [N]
    return {
      value: tf.sub(tf.log(tf.squeeze(sums, [1])), labelLogits),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.mul(saved[0] as tf.Tensor, tf.expandDims(dy, -1)), // [N, V]
    };
  });
  return forward(logits) as tf.Tensor1D;
}
