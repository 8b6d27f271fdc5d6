import * as tf from '@tensorflow/tfjs-core';

/** Sharpness of the cubic kernel, PyTorch's. */
const KERNEL_A = -0.75;

type Grid = readonly [rows: number, columns: number];

/**
 * Learned positions of one grid, for another: bicubic, as PyTorch's `interpolate` does it without aligned
 * corners. Makes images of other sizes and shapes possible.
 *
 * @param table float32 `[P, E]` @returns float32 `[P', E]`, row-major
 * @see https://arxiv.org/abs/2010.11929, Sec. 3.2
 */
export function interpolatePositions(
  table: tf.Tensor2D,
  { from, to }: { from: Grid; to: Grid },
): tf.Tensor2D {
  const size = table.shape[1];
  const [rows, columns] = to;
  const overRows = tf.matMul(weights(from[0], rows), tf.reshape(table, [from[0], from[1] * size])); // [h, W*E]
  const byColumn = tf.transpose(tf.reshape(overRows, [rows, from[1], size]), [1, 0, 2]); // [W, h, E]
  const flat = tf.reshape(byColumn, [from[1], rows * size]) as tf.Tensor2D;
  const both = tf.reshape(tf.matMul(weights(from[1], columns), flat), [columns, rows, size]); // [w, h, E]
  return tf.reshape(tf.transpose(both, [1, 0, 2]), [rows * columns, size]); // [h*w, E]
}

/** What each old place counts at each new one. `[count, from]` */
function weights(from: number, count: number): tf.Tensor2D {
  const matrix = new Float32Array(count * from);
  for (let index = 0; index < count; index++) {
    const place = ((index + 0.5) * from) / count - 0.5;
    const first = Math.floor(place) - 1;
    for (let neighbour = first; neighbour < first + 4; neighbour++) {
      const clamped = Math.min(Math.max(neighbour, 0), from - 1); // the border repeats
      const at = index * from + clamped;
      matrix[at] = (matrix[at] as number) + cubic(Math.abs(place - neighbour));
    }
  }
  return tf.tensor2d(matrix, [count, from]);
}

/** Keys' kernel. @param x distance, at most 2 */
function cubic(x: number): number {
  return x <= 1
    ? ((KERNEL_A + 2) * x - (KERNEL_A + 3)) * x * x + 1
    : ((KERNEL_A * x - 5 * KERNEL_A) * x + 8 * KERNEL_A) * x - 4 * KERNEL_A;
}
