import type { ActivationName } from '@omnict/nn';
import { ConfigFields } from '../config-fields';
import type { UnitShape } from '../vision-encoder';

/** Sizes of a SigLIP vision tower, as `vision_config` in Hugging Face's config.json names them. */
export interface SiglipVisionConfig {
  imageSize: number;
  patchSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Default gelu_pytorch_tanh. */
  hiddenAct?: ActivationName | undefined;
  layerNormEps: number;
}

/** Of all published SigLIP towers. */
export const DEFAULT_ACTIVATION = 'gelu_pytorch_tanh';

const FIELDS = {
  imageSize: 'image_size',
  patchSize: 'patch_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numHiddenLayers: 'num_hidden_layers',
  numAttentionHeads: 'num_attention_heads',
} as const;

/** Reads the vision part of a config.json. @throws ConfigError naming the field. */
export function parseSiglipVisionConfig(json: unknown, path: string): SiglipVisionConfig {
  const root = (json ?? {}) as Record<string, unknown>;
  const source = (root['vision_config'] ?? root) as Record<string, unknown>;
  const fields = new ConfigFields(source, path, 'a SigLIP vision config');
  const sizes = Object.entries(FIELDS).map(([property, field]) => [property, fields.size(field)]);
  return {
    ...(Object.fromEntries(sizes) as Record<keyof typeof FIELDS, number>),
    hiddenAct: fields.activation('hidden_act', DEFAULT_ACTIVATION),
    layerNormEps: fields.number('layer_norm_eps', 1e-6),
  };
}

/** What the tower takes and gives. */
export function siglipShape({ hiddenSize, imageSize, patchSize }: SiglipVisionConfig): UnitShape {
  const gridSize = Math.floor(imageSize / patchSize);
  return { takes: 'units', outputDim: hiddenSize, imageSize, gridSize };
}

/** The config in Hugging Face's form. */
export function toHuggingFaceConfig(config: SiglipVisionConfig): Record<string, unknown> {
  const fields = Object.entries(FIELDS).map(([property, field]) => [
    field,
    config[property as keyof typeof FIELDS],
  ]);
  return {
    model_type: 'siglip_vision_model',
    architectures: ['SiglipVisionModel'],
    num_channels: 3,
    hidden_act: config.hiddenAct ?? DEFAULT_ACTIVATION,
    layer_norm_eps: config.layerNormEps,
    ...(Object.fromEntries(fields) as Record<string, number>),
  };
}
