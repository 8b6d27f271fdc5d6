import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of a table by index; the gradient adds up over repeated indices.
 *
 * tfjs's own gather is used where the engine has the kernel its gradient needs; WebAssembly lacks
 * it, and there the gradient is a product with the one-hot matrix of the indices.
 *
 * @param table float32 `[R, E]` @param indices int32 `[N]`, each in [0, R)
 * @returns float32 `[N, E]`
 */
export function gatherRows(table: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  if (tf.getKernel('UnsortedSegmentSum', tf.getBackend()) !== undefined) {
    return tf.gather(table, indices);
  }
  const rowCount = table.shape[0];
  const lookUp = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([indices]); // may be gone by the time the gradient is taken
    return {
      value: tf.gather(x as tf.Tensor2D, indices),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const oneHot = tf.oneHot(saved[0] as tf.Tensor1D, rowCount) as tf.Tensor2D; // [N, R]
        return tf.matMul(tf.cast(oneHot, 'float32'), dy, true, false); // [R, E]
      },
    };
  });
  return lookUp(table) as tf.Tensor2D;
}
