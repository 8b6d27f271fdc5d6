import { compile, type CompiledFunction, loadCheckpoint } from '@omnict/nn';
import { ConfigError, readConfigJson } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { IMAGENET_STATISTICS, normalizePixels } from '../normalize-pixels';
import { readPixelStatistics } from '../pixel-statistics';
import type { EncoderOptions, PixelEncoderOptions, UnitEncoder } from '../vision-encoder';
import { type Dinov3Config, dinov3Shape, parseDinov3Config } from './config';
import { Dinov3VisionTransformer } from './vision-transformer';

/** A frozen DINOv3: patch features after the last norm; class and register tokens are left out. */
export class Dinov3Encoder implements UnitEncoder {
  readonly takes = 'units';
  readonly outputDim: number;
  readonly imageSize: number;
  readonly gridSize: number;
  private readonly forward: CompiledFunction<{ units: tf.Tensor }, { features: tf.Tensor }>;

  constructor(
    config: Dinov3Config,
    readonly transformer: Dinov3VisionTransformer,
    { statistics = IMAGENET_STATISTICS, precision }: PixelEncoderOptions = {},
  ) {
    const { outputDim, imageSize, gridSize: side } = dinov3Shape(config);
    this.outputDim = outputDim;
    this.imageSize = imageSize;
    this.gridSize = side;
    this.forward = compile(
      ({ units }) => {
        const pixels = normalizePixels(units as tf.Tensor4D, statistics, 1);
        const { last } = transformer.apply(pixels); // [N, 1 + R + P, E]
        const patches = tf.slice(last, [0, transformer.prefixTokens, 0], [-1, side * side, -1]); // [N, P, E]
        return { features: tf.reshape(patches, [-1, side, side, outputDim]) }; // [N, H', W', E]
      },
      { name: 'dinov3', precision },
    );
  }

  encode(units: tf.Tensor4D): tf.Tensor4D {
    return this.forward({ units }).features as tf.Tensor4D;
  }

  dispose(): void {
    this.forward.dispose();
    this.transformer.dispose();
  }
}

/** Reads the transformer of a Hugging Face folder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadDinov3Transformer(
  folder: string,
): Promise<{ config: Dinov3Config; transformer: Dinov3VisionTransformer }> {
  const path = join(folder, 'config.json');
  const config = parseDinov3Config(await readConfigJson(path), path);
  if (config.hiddenSize % (4 * config.numAttentionHeads) !== 0) {
    throw new ConfigError(
      `${path}: field 'hidden_size' does not fit; expected a multiple of 4 x num_attention_heads (${config.numAttentionHeads}), got ${config.hiddenSize}; check that the folder holds a DINOv3 model`,
    );
  }
  const transformer = new Dinov3VisionTransformer(config);
  await loadCheckpoint(transformer, folder, { prefixes: ['', 'dinov3_vit.', 'model.'] });
  return { config, transformer };
}

/** Loads a frozen encoder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadDinov3Encoder(
  folder: string,
  { precision }: EncoderOptions = {},
): Promise<Dinov3Encoder> {
  const { config, transformer } = await loadDinov3Transformer(folder);
  const statistics = await readPixelStatistics(folder, IMAGENET_STATISTICS);
  return new Dinov3Encoder(config, transformer, { statistics, precision });
}
