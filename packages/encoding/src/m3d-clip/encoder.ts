import { readConfigJson } from '@omnict/core';
import { compile, type CompiledFunction, loadCheckpoint } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import type { EncoderOptions, VolumeEncoder } from '../vision-encoder';
import { type M3dClipConfig, m3dClipShape, parseM3dClipConfig } from './config';
import { M3dClipVisionTransformer } from './vision-transformer';

/** A frozen M3D-CLIP vision tower: patch features after the last norm, without the class token. */
export class M3dClipEncoder implements VolumeEncoder {
  readonly takes = 'volume';
  readonly outputDim: number;
  readonly imageSize: number;
  readonly gridSize: number;
  readonly depth: number;
  readonly unitCount: number;
  private readonly forward: CompiledFunction<{ volume: tf.Tensor }, { features: tf.Tensor }>;

  constructor(
    config: M3dClipConfig,
    readonly transformer: M3dClipVisionTransformer,
    { precision }: Pick<EncoderOptions, 'precision'> = {},
  ) {
    const { imageSize } = config;
    const { outputDim, gridSize, depth, unitCount } = m3dClipShape(config);
    this.outputDim = outputDim;
    this.imageSize = imageSize[1];
    this.gridSize = gridSize;
    this.depth = depth;
    this.unitCount = unitCount;
    const grid = [unitCount, gridSize, gridSize, outputDim];
    this.forward = compile(
      ({ volume }) => {
        const scaled = tf.div(tf.add(volume, 1), 2); // [D, H, W] in [0, 1]
        const volumes = tf.reshape(scaled, [1, 1, ...imageSize]) as tf.Tensor5D; // [1, 1, D, H, W]
        const { last } = transformer.apply(volumes); // [1, 1 + P, E]
        const patches = tf.slice(last, [0, 1, 0], [1, -1, outputDim]); // [1, P, E]
        return { features: tf.reshape(patches, grid) }; // [Ns, H', W', E]
      },
      { name: 'm3d-clip', precision },
    );
  }

  encode(volume: tf.Tensor3D): tf.Tensor4D {
    return this.forward({ volume }).features as tf.Tensor4D;
  }

  dispose(): void {
    this.forward.dispose();
    this.transformer.dispose();
  }
}

/** Reads the vision tower of a Hugging Face folder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadM3dClipTransformer(
  folder: string,
): Promise<{ config: M3dClipConfig; transformer: M3dClipVisionTransformer }> {
  const path = join(folder, 'config.json');
  const config = parseM3dClipConfig(await readConfigJson(path), path);
  const transformer = new M3dClipVisionTransformer(config);
  await loadCheckpoint(transformer, folder, {
    prefixes: ['vision_encoder.', '', 'model.vision_encoder.'],
    // MONAI 1.4 and later write norms of a cross-attention that the tower does not have.
    ignored: [/norm_cross_attn\./, /^classification_head\./],
  });
  return { config, transformer };
}

/** Loads a frozen encoder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadM3dClipEncoder(
  folder: string,
  { precision }: EncoderOptions = {},
): Promise<M3dClipEncoder> {
  const { config, transformer } = await loadM3dClipTransformer(folder);
  return new M3dClipEncoder(config, transformer, { precision });
}
