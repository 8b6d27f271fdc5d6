import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '@omnict/core';

/** Widths of the three encodings and their slowest wavelength. */
export interface TriAxialOptions {
  /** `d_z`, even. */
  depthWidth: number;
  /** `d_y`, even. */
  heightWidth: number;
  /** `d_x`, even. */
  widthWidth: number;
  /**
   * ASSUMPTION: the paper gives neither widths nor frequencies. 10000 is the transformer's base; a
   * small grid is resolved better by a smaller one.
   */
  base: number;
}

/**
 * Tri-axial positional embedding (OmniCT Eq. 2): `Z = F (+) P^{Ns} (+) P^{H'} (+) P^{W'}`, sinusoidal
 * encodings of a token's three coordinates, concatenated to its features. It has no parameters.
 *
 * @param features float32 `[..., Ns, H', W', dv]`
 * @returns float32 `[..., Ns, H', W', dv + dz + dy + dx]`
 */
export function triAxialEmbedding(features: tf.Tensor, options: TriAxialOptions): tf.Tensor {
  const lead = features.shape.slice(0, -4);
  const [units, height, width] = features.shape.slice(-4, -1) as [number, number, number];
  const along = (axis: number, size: number, channels: number): tf.Tensor => {
    const shape = [1, 1, 1, channels];
    shape[axis] = size;
    const encoding = tf.reshape(sinusoidalEncoding(size, channels, options.base), shape); // [.., size, .., c]
    const leading = tf.reshape(encoding, [...lead.map(() => 1), ...shape]);
    return tf.broadcastTo(leading, [...lead, units, height, width, channels]);
  };
  return tf.concat(
    [
      features,
      along(0, units, options.depthWidth),
      along(1, height, options.heightWidth),
      along(2, width, options.widthWidth),
    ],
    -1,
  );
}

/**
 * Sinusoidal encoding of positions 0..length-1: `sin(p / base^(2i/c))` in even channels and the
 * cosine in odd ones.
 *
 * @returns float32 `[length, channels]` @throws ConfigError when channels is odd
 * @see https://arxiv.org/abs/1706.03762, Sec. 3.5
 */
export function sinusoidalEncoding(length: number, channels: number, base: number): tf.Tensor2D {
  if (channels % 2 !== 0) {
    throw new ConfigError(
      `triAxialEmbedding: width must be even, sine and cosine come in pairs; got ${channels}; correct the model config`,
    );
  }
  const values = new Float32Array(length * channels);
  for (let position = 0; position < length; position++) {
    for (let pair = 0; pair < channels; pair += 2) {
      const angle = position / base ** (pair / channels);
      values[position * channels + pair] = Math.sin(angle);
      values[position * channels + pair + 1] = Math.cos(angle);
    }
  }
  return tf.tensor2d(values, [length, channels]);
}
