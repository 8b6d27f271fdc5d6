import type { ActivationName } from '@omnict/nn';
import { ConfigFields } from '../config-fields';

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
