import { ConfigError } from '@omnict/nn';

/** Sizes of a SigLIP vision tower, as `vision_config` in Hugging Face's config.json names them. */
export interface SiglipVisionConfig {
  imageSize: number;
  patchSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  layerNormEps: number;
}

const FIELDS = {
  imageSize: 'image_size',
  patchSize: 'patch_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numHiddenLayers: 'num_hidden_layers',
  numAttentionHeads: 'num_attention_heads',
} as const;

/** Reads the vision part of a config.json. @throws ConfigError naming the missing field. */
export function parseSiglipVisionConfig(json: unknown, path: string): SiglipVisionConfig {
  const root = (json ?? {}) as Record<string, unknown>;
  const source = (root['vision_config'] ?? root) as Record<string, unknown>;
  const sizes = Object.entries(FIELDS).map(([property, field]) => {
    const value = source[field];
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) {
      throw new ConfigError(
        `${path}: field '${field}' is missing or no positive integer; expected a SigLIP vision config, got ${JSON.stringify(value)}; check that the folder holds a SigLIP model`,
      );
    }
    return [property, value];
  });
  const epsilon = source['layer_norm_eps'];
  return {
    ...(Object.fromEntries(sizes) as Omit<SiglipVisionConfig, 'layerNormEps'>),
    layerNormEps: typeof epsilon === 'number' ? epsilon : 1e-6,
  };
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
    hidden_act: 'gelu_pytorch_tanh',
    layer_norm_eps: config.layerNormEps,
    ...(Object.fromEntries(fields) as Record<string, number>),
  };
}
