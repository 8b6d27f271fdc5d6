import { compile, type CompiledFunction, ConfigError, loadCheckpoint } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { IMAGENET_STATISTICS, normalizePixels, type PixelStatistics } from '../normalize-pixels';
import { readPixelStatistics } from '../pixel-statistics';
import { readJson } from '../read-json';
import type { VolumeEncoder } from '../vision-encoder';
import { parseVideoMaeConfig, type VideoMaeConfig } from './config';
import { VideoMaeTransformer } from './transformer';

/** A frozen VideoMAE: slices are frames, each tubelet of frames is one unit. */
export class VideoMaeEncoder implements VolumeEncoder {
  readonly takes = 'volume';
  readonly outputDim: number;
  readonly imageSize: number;
  readonly gridSize: number;
  readonly depth: number;
  readonly unitCount: number;
  private readonly forward: CompiledFunction<{ volume: tf.Tensor }, { features: tf.Tensor }>;

  constructor(
    config: VideoMaeConfig,
    readonly transformer: VideoMaeTransformer,
    statistics: PixelStatistics = IMAGENET_STATISTICS,
  ) {
    const { numFrames } = config;
    const imageSize = sideOf(config);
    this.outputDim = config.hiddenSize;
    this.imageSize = imageSize;
    this.gridSize = Math.floor(imageSize / config.patchSize[0]);
    this.depth = numFrames;
    this.unitCount = Math.floor(numFrames / config.tubeletSize);
    const grid = [this.unitCount, this.gridSize, this.gridSize, this.outputDim];
    this.forward = compile(
      ({ volume }) => {
        const gray = tf.reshape(volume, [1, numFrames, 1, imageSize, imageSize]); // [1, T, 1, H, W]
        const frames = tf.tile(gray, [1, 1, 3, 1, 1]); // [1, T, 3, H, W]: CT has no colours
        const pixels = normalizePixels(frames as tf.Tensor5D, statistics, 2);
        return { features: tf.reshape(transformer.apply(pixels).last, grid) }; // [Ns, H', W', E]
      },
      { name: 'videomae' },
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

/** Reads the transformer of a Hugging Face folder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadVideoMaeTransformer(
  folder: string,
): Promise<{ config: VideoMaeConfig; transformer: VideoMaeTransformer }> {
  const path = join(folder, 'config.json');
  const config = parseVideoMaeConfig(await readJson(path), path);
  const transformer = new VideoMaeTransformer(config);
  await loadCheckpoint(transformer, folder, {
    prefixes: ['', 'videomae.'],
    ignored: [/^layernorm\./, /^(classifier|fc_norm|decoder|encoder_to_decoder|mask_token)\b/],
  });
  return { config, transformer };
}

/** Loads a frozen encoder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadVideoMaeEncoder(folder: string): Promise<VideoMaeEncoder> {
  const { config, transformer } = await loadVideoMaeTransformer(folder);
  const statistics = await readPixelStatistics(folder, IMAGENET_STATISTICS);
  return new VideoMaeEncoder(config, transformer, statistics);
}

/** Side of the images. @throws ConfigError when images or patches are no squares. */
function sideOf({ imageSize, patchSize }: VideoMaeConfig): number {
  const [height, width] = imageSize;
  if (height === width && patchSize[0] === patchSize[1]) return height;
  throw new ConfigError(
    `VideoMAE: images of ${imageSize.join(' x ')} and patches of ${patchSize.join(' x ')} do not fit; expected squares, as OmniCT's grid of features is; choose another encoder`,
  );
}
