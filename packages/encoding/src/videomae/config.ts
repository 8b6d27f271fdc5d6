import type { ActivationName } from '@omnict/nn';
import { ConfigError } from '@omnict/core';
import { ConfigFields } from '../config-fields';
import type { VolumeShape } from '../vision-encoder';

/** Sizes of a VideoMAE encoder, as Hugging Face's config.json names them. */
export interface VideoMaeConfig {
  imageSize: readonly [height: number, width: number];
  patchSize: readonly [height: number, width: number];
  numFrames: number;
  tubeletSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  hiddenAct: ActivationName;
  layerNormEps: number;
  qvBias: boolean;
  /** True leaves the last norm to the head of a classifier. */
  useMeanPooling: boolean;
}

/** Reads a config.json. @throws ConfigError naming the field. */
export function parseVideoMaeConfig(json: unknown, path: string): VideoMaeConfig {
  const fields = new ConfigFields(json as Record<string, unknown>, path, 'a VideoMAE config');
  return {
    imageSize: fields.sides('image_size'),
    patchSize: fields.sides('patch_size'),
    numFrames: fields.size('num_frames'),
    tubeletSize: fields.size('tubelet_size'),
    hiddenSize: fields.size('hidden_size'),
    intermediateSize: fields.size('intermediate_size'),
    numHiddenLayers: fields.size('num_hidden_layers'),
    numAttentionHeads: fields.size('num_attention_heads'),
    hiddenAct: fields.activation('hidden_act', 'gelu'),
    layerNormEps: fields.number('layer_norm_eps', 1e-12),
    qvBias: fields.flag('qkv_bias' in (json as object) ? 'qkv_bias' : 'qv_bias', true),
    useMeanPooling: fields.flag('use_mean_pooling', true),
  };
}

/** What the transformer takes and gives. @throws ConfigError when images or patches are no squares. */
export function videoMaeShape(config: VideoMaeConfig): VolumeShape {
  const { imageSize, patchSize, numFrames, tubeletSize, hiddenSize } = config;
  const [height, width] = imageSize;
  if (height !== width || patchSize[0] !== patchSize[1]) {
    throw new ConfigError(
      `VideoMAE: images of ${imageSize.join(' x ')} and patches of ${patchSize.join(' x ')} do not fit; expected squares, as OmniCT's grid of features is; choose another encoder`,
    );
  }
  return {
    takes: 'volume',
    outputDim: hiddenSize,
    imageSize: height,
    gridSize: Math.floor(height / patchSize[0]),
    depth: numFrames,
    unitCount: Math.floor(numFrames / tubeletSize),
  };
}
