import { readConfigJson } from '@omnict/core';
import { compile, type CompiledFunction, loadCheckpoint } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { IMAGENET_STATISTICS, normalizePixels } from '../normalize-pixels';
import { readPixelStatistics } from '../pixel-statistics';
import type {
  EncoderOptions,
  HiddenStates,
  PixelEncoderOptions,
  VolumeEncoder,
} from '../vision-encoder';
import { parseVideoMaeConfig, type VideoMaeConfig, videoMaeShape } from './config';
import { parseVideoMaeV2Config } from './config-v2';
import { VideoMaeTransformer } from './transformer';
import { VideoMaeV2Transformer } from './transformer-v2';

/** What turns frames into states of tubelets: VideoMAE's encoder, or its second version's. */
export interface VideoTransformer {
  /** @param frames float32 `[B, T, 3, H, W]`, normalized @returns states of `[B, P, E]`, time slowest */
  apply(frames: tf.Tensor5D): HiddenStates;
  dispose(): void;
}

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
    readonly transformer: VideoTransformer,
    { statistics = IMAGENET_STATISTICS, precision }: PixelEncoderOptions = {},
  ) {
    const { outputDim, imageSize, gridSize, depth, unitCount } = videoMaeShape(config);
    this.outputDim = outputDim;
    this.imageSize = imageSize;
    this.gridSize = gridSize;
    this.depth = depth;
    this.unitCount = unitCount;
    const grid = [unitCount, gridSize, gridSize, outputDim];
    this.forward = compile(
      ({ volume }) => {
        const gray = tf.reshape(volume, [1, depth, 1, imageSize, imageSize]); // [1, T, 1, H, W]
        const frames = tf.tile(gray, [1, 1, 3, 1, 1]); // [1, T, 3, H, W]: CT has no colours
        const pixels = normalizePixels(frames as tf.Tensor5D, statistics, 2);
        return { features: tf.reshape(transformer.apply(pixels).last, grid) }; // [Ns, H', W', E]
      },
      { name: 'videomae', precision },
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
  const config = parseVideoMaeConfig(await readConfigJson(path), path);
  const transformer = new VideoMaeTransformer(config);
  await loadCheckpoint(transformer, folder, {
    prefixes: ['', 'videomae.'],
    // transformers 5 knows the biases as parts of their layers.
    renamed: (name) =>
      name.replace(/\.query\.bias$/, '.q_bias').replace(/\.value\.bias$/, '.v_bias'),
    ignored: [/^layernorm\./, /^(classifier|fc_norm|decoder|encoder_to_decoder|mask_token)\b/],
  });
  return { config, transformer };
}

/** Loads a frozen encoder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadVideoMaeEncoder(
  folder: string,
  { precision }: EncoderOptions = {},
): Promise<VideoMaeEncoder> {
  const { config, transformer } = await loadVideoMaeTransformer(folder);
  const statistics = await readPixelStatistics(folder, IMAGENET_STATISTICS);
  return new VideoMaeEncoder(config, transformer, { statistics, precision });
}

/** Reads the transformer of a published VideoMAE V2. @throws ConfigError, FormatError, MissingDataError. */
export async function loadVideoMaeV2Transformer(
  folder: string,
): Promise<{ config: VideoMaeConfig; transformer: VideoMaeV2Transformer }> {
  const path = join(folder, 'config.json');
  const config = parseVideoMaeV2Config(await readConfigJson(path), path);
  const transformer = new VideoMaeV2Transformer(config);
  await loadCheckpoint(transformer, folder, {
    prefixes: ['model.', ''],
    ignored: [/^(fc_norm|head|norm|pos_embed)\b/],
  });
  return { config, transformer };
}

/** Loads a frozen VideoMAE V2. @throws ConfigError, FormatError, MissingDataError. */
export async function loadVideoMaeV2Encoder(
  folder: string,
  { precision }: EncoderOptions = {},
): Promise<VideoMaeEncoder> {
  const { config, transformer } = await loadVideoMaeV2Transformer(folder);
  const statistics = await readPixelStatistics(folder, IMAGENET_STATISTICS);
  return new VideoMaeEncoder(config, transformer, { statistics, precision });
}
