import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@omnict/core';

/**
 * Token unshuffle (OmniCT Eq. 3): each m x m block of neighbouring tokens becomes one token with
 * m^2 times the features. Fewer tokens, nothing lost.
 *
 * @param tokens float32 `[..., H', W', C]` @param m block side; 1 leaves the tokens as they are
 * @returns float32 `[..., H'/m, W'/m, m*m*C]`, block rows first
 * @throws ShapeError when m does not divide the grid
 */
export function unshuffle(tokens: tf.Tensor, m: number): tf.Tensor {
  const lead = tokens.shape.slice(0, -3);
  const [height, width, channels] = tokens.shape.slice(-3) as [number, number, number];
  if (height % m !== 0 || width % m !== 0) {
    throw new ShapeError(
      `unshuffle: a grid of ${height} x ${width} tokens has no whole ${m} x ${m} blocks; expected both sides divisible by ${m}; change model.unshuffle or the image size`,
    );
  }
  if (m === 1) return tf.clone(tokens);
  const rows = height / m;
  const columns = width / m;
  const count = tf.util.sizeFromShape(lead);
  const blocks = tf.reshape(tokens, [count, rows, m, columns, m, channels]); // [N, H'/m, m, W'/m, m, C]
  const grouped = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]); // [N, H'/m, W'/m, m, m, C]
  return tf.reshape(grouped, [...lead, rows, columns, m * m * channels]); // [..., H'/m, W'/m, m*m*C]
}
