import type { RotaryTable } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/**
 * DINOv3's axial rotary angles: of a patch centre's row and column, each in [-1, 1], times 2 pi and a
 * frequency `theta^(-4i/d)`. Half of the angles belong to rows, half to columns.
 *
 * @param grid patches `[H', W']` @returns tables `[1, 1, P, d]`
 * @see https://arxiv.org/abs/2508.10104
 */
export function rotaryTable2d(
  [rows, columns]: readonly [number, number],
  { headSize, theta }: { headSize: number; theta: number },
): RotaryTable {
  const quarter = headSize / 4;
  const angles = new Float32Array(rows * columns * headSize);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const centre = [(2 * (row + 0.5)) / rows - 1, (2 * (column + 0.5)) / columns - 1] as const;
      const start = (row * columns + column) * headSize;
      for (let i = 0; i < headSize; i++) {
        const within = i % (headSize / 2); // both halves turn by the same angles
        const frequency = theta ** ((-4 * (within % quarter)) / headSize);
        const coordinate = within < quarter ? centre[0] : centre[1];
        angles[start + i] = 2 * Math.PI * coordinate * frequency;
      }
    }
  }
  const table = tf.tensor4d(angles, [1, 1, rows * columns, headSize]); // [1, 1, P, d]
  return { cos: tf.cos(table), sin: tf.sin(table) };
}
