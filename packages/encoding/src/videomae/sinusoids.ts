import * as tf from '@tensorflow/tfjs-core';

/** Fixed positions of "Attention is all you need". @returns float32 `[count, size]` */
export function sinusoids(count: number, size: number): tf.Tensor2D {
  const table = new Float32Array(count * size);
  for (let position = 0; position < count; position++) {
    for (let i = 0; i < size; i++) {
      const angle = position / 10000 ** ((2 * Math.floor(i / 2)) / size);
      table[position * size + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor2d(table, [count, size]);
}
