import { readConfigJson } from '@omnict/core';
import { compile, type CompiledFunction, loadCheckpoint } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import type { EncoderOptions, VolumeEncoder } from '../vision-encoder';
import { parseWanVaeConfig, type WanVaeConfig, wanVaeShape } from './config';
import { WanVaeEncoderNetwork } from './encoder-network';

/** A frozen Wan 2.1 autoencoder: normalized latent means; slices are frames. */
export class WanVaeEncoder implements VolumeEncoder {
  readonly takes = 'volume';
  readonly outputDim: number;
  readonly imageSize: number;
  readonly gridSize: number;
  readonly depth: number;
  readonly unitCount: number;
  private readonly forward: CompiledFunction<{ volume: tf.Tensor }, { features: tf.Tensor }>;

  /** @throws ConfigError when slices are no squares of whole latents */
  constructor(
    config: WanVaeConfig,
    readonly network: WanVaeEncoderNetwork,
    { size, precision }: EncoderOptions = {},
  ) {
    const { latentsMean, latentsStd } = config;
    const { outputDim, imageSize, gridSize, depth, unitCount } = wanVaeShape(config, size);
    this.outputDim = outputDim;
    this.imageSize = imageSize;
    this.gridSize = gridSize;
    this.depth = depth;
    this.unitCount = unitCount;
    this.forward = compile(
      ({ volume }) => {
        const gray = tf.reshape(volume, [1, depth, imageSize, imageSize, 1]); // [1, T, H, W, 1]
        const frames = tf.tile(gray, [1, 1, 1, 1, 3]) as tf.Tensor5D; // CT has no colours
        const latents = tf.squeeze(network.apply(frames), [0]) as tf.Tensor4D; // [T', H', W', z]
        const centred = tf.sub(latents, tf.tensor1d([...latentsMean]));
        return { features: tf.div(centred, tf.tensor1d([...latentsStd])) };
      },
      { name: 'wan-vae', precision },
    );
  }

  encode(volume: tf.Tensor3D): tf.Tensor4D {
    return this.forward({ volume }).features as tf.Tensor4D;
  }

  dispose(): void {
    this.forward.dispose();
    this.network.dispose();
  }
}

/** Reads the encoder of a diffusers folder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadWanVaeNetwork(
  folder: string,
): Promise<{ config: WanVaeConfig; network: WanVaeEncoderNetwork }> {
  const path = join(folder, 'config.json');
  const config = parseWanVaeConfig(await readConfigJson(path), path);
  const network = new WanVaeEncoderNetwork(config);
  await loadCheckpoint(network, folder, { ignored: [/^decoder\./, /^post_quant_conv\./] });
  return { config, network };
}

/** Loads a frozen encoder for volumes of a size. @throws ConfigError, FormatError, MissingDataError. */
export async function loadWanVaeEncoder(
  folder: string,
  options: EncoderOptions = {},
): Promise<WanVaeEncoder> {
  const { config, network } = await loadWanVaeNetwork(folder);
  return new WanVaeEncoder(config, network, options);
}
