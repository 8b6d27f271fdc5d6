import { ConfigError, type Shape3D, type Volume } from '@omnict/core';

/** Along which axis to look through a volume, and what to keep of each ray. */
export interface ProjectionOptions {
  /** `z` gives an axial image `[H, W]`, `y` a frontal one `[D, W]`, `x` a lateral one `[D, H]`. */
  axis?: 'z' | 'y' | 'x';
  /** Largest value of each ray (MIP), or its mean. */
  method?: 'maximum' | 'mean';
}

const AXES = { z: 0, y: 1, x: 2 } as const;

/**
 * Projects a volume to an image, HU: maximum intensity or mean (App. G, feature level).
 *
 * @returns `[rows, columns]`, row-major
 * @throws ConfigError for an unknown axis or method
 */
export function projectTo2D(
  { data, shape }: Pick<Volume, 'data' | 'shape'>,
  { axis = 'z', method = 'maximum' }: ProjectionOptions = {},
): { data: Float32Array; shape: readonly [rows: number, columns: number] } {
  const along = AXES[axis] as number | undefined;
  if (along === undefined || !['maximum', 'mean'].includes(method)) {
    throw new ConfigError(
      `projectTo2D: no projection '${method}' along '${axis}'; expected maximum or mean along z, y or x; choose among these`,
    );
  }
  const kept = ([0, 1, 2] as const).filter((other) => other !== along);
  const [rows, columns] = kept.map((other) => shape[other]) as [number, number];
  const isMaximum = method === 'maximum';
  const output = new Float64Array(rows * columns).fill(isMaximum ? -Infinity : 0);
  const steps = stepsOf(shape, along);
  let at = 0;
  for (let k = 0; k < shape[0]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      let target = k * steps[0] + j * steps[1];
      for (let i = 0; i < shape[2]; i++, at++, target += steps[2]) {
        const value = data[at] as number;
        const before = output[target] as number;
        output[target] = isMaximum ? Math.max(before, value) : before + value;
      }
    }
  }
  const divisor = isMaximum ? 1 : (shape[along] as number);
  return { data: Float32Array.from(output, (value) => value / divisor), shape: [rows, columns] };
}

/** How far the target moves with each of z, y, x. */
function stepsOf(shape: Shape3D, along: number): [number, number, number] {
  if (along === 0) return [0, shape[2], 1];
  return along === 1 ? [shape[2], 0, 1] : [shape[1], 1, 0];
}
