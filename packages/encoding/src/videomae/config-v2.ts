import { UnsupportedError } from '@omnict/core';
import { ConfigFields } from '../config-fields';
import type { VideoMaeConfig } from './config';

/** Sizes of a VideoMAE V2 encoder. */
export interface VideoMaeV2Config extends VideoMaeConfig {
  /** Whether what a block adds is scaled per feature: in the giant model. */
  layerScale: boolean;
}

/** Reads a published config.json, whose sizes lie under `model_config`. @throws ConfigError, UnsupportedError. */
export function parseVideoMaeV2Config(json: unknown, path: string): VideoMaeV2Config {
  const { model_config: nested } = json as { model_config?: unknown };
  const source = (nested ?? json) as Record<string, unknown>;
  const fields = new ConfigFields(source, path, "a VideoMAE V2 config's model_config");
  for (const field of ['use_learnable_pos_emb', 'cos_attn']) {
    if (source[field] !== true) continue;
    throw new UnsupportedError(
      `${path}: field '${field}' is true; expected false, as in the published models`,
    );
  }
  const hiddenSize = fields.size('embed_dim');
  return {
    imageSize: fields.sides('img_size'),
    patchSize: fields.sides('patch_size'),
    numFrames: fields.size('num_frames', 16),
    tubeletSize: fields.size('tubelet_size', 2),
    hiddenSize,
    intermediateSize: Math.floor(hiddenSize * fields.number('mlp_ratio', 4)), // 48/11 in the giant model
    numHiddenLayers: fields.size('depth'),
    numAttentionHeads: fields.size('num_heads'),
    hiddenAct: 'gelu',
    layerNormEps: fields.number('layer_norm_eps', 1e-6),
    qvBias: fields.flag('qkv_bias', true),
    useMeanPooling: fields.flag('use_mean_pooling', true),
    layerScale: fields.number('init_values', 0) > 0,
  };
}
