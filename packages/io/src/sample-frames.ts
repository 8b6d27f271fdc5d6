import { ConfigError, type Volume } from '@omnict/core';
import { positionOf } from './same-grid';

/**
 * Picks slices evenly spread over a volume, for models that take a number of frames (App. G, feature
 * level): frame i of n is the slice at the centre of the i-th of n equal parts.
 *
 * A volume of fewer slices gives some of them twice.
 *
 * @returns the frames as a volume `[count, H, W]`, with the slices' indices
 * @throws ConfigError unless count is a whole number above 0
 */
export function sampleFrames(volume: Volume, count: number): { frames: Volume; indices: number[] } {
  if (!Number.isInteger(count) || count < 1) {
    throw new ConfigError(
      `sampleFrames: ${count} frames; expected a whole number above 0; choose another`,
    );
  }
  const [depth, height, width] = volume.shape;
  const indices = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * depth) / count));
  const plane = height * width;
  const data =
    volume.data instanceof Int16Array
      ? new Int16Array(count * plane)
      : new Float32Array(count * plane);
  indices.forEach((index, frame) => {
    data.set(volume.data.subarray(index * plane, (index + 1) * plane), frame * plane);
  });
  const [z, y, x] = volume.spacing;
  const frames: Volume = {
    ...volume,
    data,
    shape: [count, height, width],
    spacing: [(z * depth) / count, y, x],
    origin: positionOf(volume, [indices[0] as number, 0, 0]),
  };
  return { frames, indices };
}
