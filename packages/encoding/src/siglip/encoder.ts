import * as tf from '@tensorflow/tfjs-core';
import { compile, type CompiledFunction, loadCheckpoint, writeSafetensors } from '@omnict/nn';
import { readConfigJson, ShapeError } from '@omnict/core';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalizePixels, SYMMETRIC_STATISTICS } from '../normalize-pixels';
import { readPixelStatistics } from '../pixel-statistics';
import type { EncoderOptions, PixelEncoderOptions, UnitEncoder } from '../vision-encoder';
import {
  parseSiglipVisionConfig,
  siglipShape,
  type SiglipVisionConfig,
  toHuggingFaceConfig,
} from './config';
import { SiglipVisionTransformer } from './vision-transformer';

/** Prefix of the vision tower in a SigLIP checkpoint. */
const PREFIX = 'vision_model.';

/** A frozen SigLIP vision tower. */
export class SiglipEncoder implements UnitEncoder {
  readonly takes = 'units';
  readonly outputDim: number;
  readonly imageSize: number;
  readonly gridSize: number;
  private readonly forward: CompiledFunction<{ units: tf.Tensor }, { features: tf.Tensor }>;

  constructor(
    readonly config: SiglipVisionConfig,
    readonly transformer: SiglipVisionTransformer,
    { statistics = SYMMETRIC_STATISTICS, precision }: PixelEncoderOptions = {},
  ) {
    const { outputDim, imageSize, gridSize } = siglipShape(config);
    this.outputDim = outputDim;
    this.imageSize = imageSize;
    this.gridSize = gridSize;
    this.forward = compile(
      ({ units }) => {
        const pixels = normalizePixels(units as tf.Tensor4D, statistics, 1);
        const tokens = transformer.apply(pixels).last; // [N, P, E]
        const side = this.gridSize;
        return { features: tf.reshape(tokens, [-1, side, side, this.outputDim]) }; // [N, H', W', E]
      },
      { name: 'siglip', precision },
    );
  }

  /** @throws ShapeError when images are of another size */
  encode(units: tf.Tensor4D): tf.Tensor4D {
    const [, channels, height, width] = units.shape;
    const { imageSize } = this;
    if (channels !== 3 || height !== imageSize || width !== imageSize) {
      throw new ShapeError(
        `SiglipEncoder: units of shape [${units.shape.join(', ')}] do not fit; expected [N, 3, ${imageSize}, ${imageSize}]; prepare images at the encoder's size`,
      );
    }
    return this.forward({ units }).features as tf.Tensor4D;
  }

  dispose(): void {
    this.forward.dispose();
    this.transformer.dispose();
  }
}

/** Reads the vision tower of a Hugging Face folder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadSiglipTransformer(
  folder: string,
): Promise<{ config: SiglipVisionConfig; transformer: SiglipVisionTransformer }> {
  const path = join(folder, 'config.json');
  const config = parseSiglipVisionConfig(await readConfigJson(path), path);
  const transformer = new SiglipVisionTransformer(config, undefined);
  // The pooling head has no part in patch features.
  await loadCheckpoint(transformer, folder, {
    prefixes: [PREFIX, ''],
    ignored: [/(^|\.)head\./, /position_ids$/],
  });
  return { config, transformer };
}

/** Loads a frozen encoder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadSiglipEncoder(
  folder: string,
  { precision }: EncoderOptions = {},
): Promise<SiglipEncoder> {
  const { config, transformer } = await loadSiglipTransformer(folder);
  const statistics = await readPixelStatistics(folder, SYMMETRIC_STATISTICS);
  return new SiglipEncoder(config, transformer, { statistics, precision });
}

/** Writes the tower as a Hugging Face folder, weights as float16. */
export async function saveSiglipEncoder(folder: string, encoder: SiglipEncoder): Promise<void> {
  await mkdir(folder, { recursive: true });
  const config = `${JSON.stringify(toHuggingFaceConfig(encoder.config), null, 2)}\n`;
  await writeFile(join(folder, 'config.json'), config);
  const parameters = encoder.transformer.namedParameters(PREFIX);
  await writeSafetensors(join(folder, 'model.safetensors'), parameters, { floats: 'F16' });
}
