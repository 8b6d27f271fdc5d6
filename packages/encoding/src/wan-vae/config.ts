import { ConfigError, type Shape3D } from '@omnict/core';
import { ConfigFields } from '../config-fields';
import type { VolumeShape } from '../vision-encoder';

/** Sizes of Wan 2.1's video autoencoder, as its diffusers config.json names them. */
export interface WanVaeConfig {
  /** Channels of the first level. */
  baseDim: number;
  /** Channels of a latent. */
  zDim: number;
  /** Channels of each level, as multiples of `baseDim`. */
  dimMult: readonly number[];
  numResBlocks: number;
  /** Whether each level but the last halves time, too. */
  temporalDownsample: readonly boolean[];
  /** Statistics of each latent channel over the data it was trained on. */
  latentsMean: readonly number[];
  latentsStd: readonly number[];
}

/** Reads a config.json. @throws ConfigError naming the field. */
export function parseWanVaeConfig(json: unknown, path: string): WanVaeConfig {
  const source = json as Record<string, unknown>;
  const fields = new ConfigFields(source, path, 'a Wan 2.1 autoencoder');
  const list = <T>(field: string, isItem: (item: unknown) => item is T, fallback: T[]): T[] => {
    const value = source[field] ?? fallback;
    if (Array.isArray(value) && value.every(isItem)) return value;
    throw new ConfigError(
      `${path}: field '${field}' does not fit a Wan 2.1 autoencoder; expected a list, got ${JSON.stringify(value)}; check that the folder holds such a model`,
    );
  };
  const isNumber = (item: unknown): item is number => typeof item === 'number';
  const isFlag = (item: unknown): item is boolean => typeof item === 'boolean';
  const zDim = fields.size('z_dim', 16);
  const dimMult = list('dim_mult', isNumber, [1, 2, 4, 4]);
  const config = {
    baseDim: fields.size('base_dim', 96),
    zDim,
    dimMult,
    numResBlocks: fields.size('num_res_blocks', 2),
    temporalDownsample: list('temperal_downsample', isFlag, [false, true, true]),
    latentsMean: list('latents_mean', isNumber, new Array<number>(zDim).fill(0)),
    latentsStd: list('latents_std', isNumber, new Array<number>(zDim).fill(1)),
  };
  const isResidual = fields.flag('is_residual', false);
  const attention = list('attn_scales', isNumber, []);
  const isOf21 =
    !isResidual &&
    attention.length === 0 &&
    config.temporalDownsample.length >= dimMult.length - 1 &&
    config.latentsMean.length === zDim &&
    config.latentsStd.length === zDim;
  if (isOf21) return config;
  throw new ConfigError(
    `${path}: the autoencoder is not of Wan 2.1's form; expected is_residual false, no attn_scales, a temperal_downsample for each level and statistics for ${zDim} channels`,
  );
}

/** Volumes it is built for when no size is given: 9 latent frames of 32 x 32. */
const DEFAULT_SIZE: Shape3D = [33, 256, 256];

/** Frames that a latent frame after the first stands for. */
export function framesPerLatent({ temporalDownsample, dimMult }: WanVaeConfig): number {
  return 2 ** temporalDownsample.slice(0, dimMult.length - 1).filter(Boolean).length;
}

/** What the encoder takes and gives. @throws ConfigError when slices are no squares of whole latents. */
export function wanVaeShape(
  config: WanVaeConfig,
  [depth, height, width]: Shape3D = DEFAULT_SIZE,
): VolumeShape {
  const pixelsPerLatent = 2 ** (config.dimMult.length - 1);
  if (height !== width || height % pixelsPerLatent !== 0) {
    throw new ConfigError(
      `prepare.size: slices are ${height} x ${width}; Wan's autoencoder takes squares whose side is a multiple of ${pixelsPerLatent}; correct prepare.size`,
    );
  }
  return {
    takes: 'volume',
    outputDim: config.zDim,
    imageSize: height,
    gridSize: height / pixelsPerLatent,
    depth,
    unitCount: 1 + Math.floor((depth - 1) / framesPerLatent(config)),
  };
}
