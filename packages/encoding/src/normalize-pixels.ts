import * as tf from '@tensorflow/tfjs-core';

/** Mean and standard deviation of each channel, of pixels in [0, 1]. */
export interface PixelStatistics {
  mean: readonly number[];
  std: readonly number[];
}

/** What encoders pre-trained on natural images expect. */
export const IMAGENET_STATISTICS: PixelStatistics = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Leaves pixels in [-1, 1]. */
export const SYMMETRIC_STATISTICS: PixelStatistics = {
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

/**
 * Brings pixels to the statistics an encoder was trained with.
 *
 * @param pixels float32 in [-1, 1] @param channelAxis axis of the channels
 */
export function normalizePixels<T extends tf.Tensor>(
  pixels: T,
  { mean, std }: PixelStatistics,
  channelAxis: number,
): T {
  const shape = pixels.shape.map((_, axis) => (axis === channelAxis ? mean.length : 1));
  // ((x + 1) / 2 - mean) / std
  const scale = std.map((value) => 1 / (2 * value));
  const offset = std.map((value, channel) => (0.5 - (mean[channel] as number)) / value);
  return tf.add(tf.mul(pixels, tf.tensor(scale, shape)), tf.tensor(offset, shape)) as T;
}
