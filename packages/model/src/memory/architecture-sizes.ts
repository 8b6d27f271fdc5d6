import { ConfigError } from '@omnict/core';
import { encoderConfig, type KnownConfig, languageModelConfig } from './known-config';

/** Sizes of a transformer that its memory depends on. */
export interface TransformerSizes {
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  /** 0 for a vision encoder. */
  vocabulary: number;
  tiedEmbeddings: boolean;
  /** Gate and up projections instead of one. */
  gated: boolean;
  /** Biases on the projections of each block, as scalars per layer. */
  biasesPerLayer: number;
  /** Parameters outside of blocks and vocabulary: patches, positions, norms. */
  otherParameters: number;
  /** Encoders: patches per side. */
  gridSize: number;
}

type Config = KnownConfig['config'];

/** All parameters. */
export function parameterCount(sizes: TransformerSizes): number {
  const { hiddenSize: e, intermediateSize: i, layers, heads, keyValueHeads } = sizes;
  const keyWidth = (e / heads) * keyValueHeads;
  const attention = 2 * e * e + 2 * e * keyWidth;
  const feedForward = (sizes.gated ? 3 : 2) * e * i;
  const tables = sizes.vocabulary * e * (sizes.tiedEmbeddings ? 1 : 2);
  return layers * (attention + feedForward + sizes.biasesPerLayer) + tables + sizes.otherParameters;
}

/** Sizes of a language model by its name. @throws ConfigError when its config is not known here. */
export async function languageModelSizes(name: string): Promise<TransformerSizes> {
  const { config } = await languageModelConfig(name);
  const [e, heads] = [size(config, 'hidden_size'), size(config, 'num_attention_heads')];
  const keyValueHeads = size(config, 'num_key_value_heads', heads);
  const isQwen = config['model_type'] === 'qwen2';
  const layers = size(config, 'num_hidden_layers');
  const norms = 2 * e; // gains
  const projections = isQwen ? e + (2 * e * keyValueHeads) / heads : 0;
  return {
    hiddenSize: e,
    intermediateSize: size(config, 'intermediate_size'),
    layers,
    heads,
    keyValueHeads,
    vocabulary: size(config, 'vocab_size'),
    tiedEmbeddings: config['tie_word_embeddings'] === true,
    gated: true,
    biasesPerLayer: norms + projections,
    otherParameters: e,
    gridSize: 0,
  };
}

/** Sizes of a SigLIP encoder by its name. @throws ConfigError for other encoders and unknown ones. */
export async function encoderSizes(name: string): Promise<TransformerSizes> {
  const { config: root } = await encoderConfig(name);
  const config = (root['vision_config'] ?? root) as Config;
  if (!String(root['model_type']).startsWith('siglip')) {
    throw new ConfigError(
      `memory plan: encoder '${name}' is a ${String(root['model_type'])}; expected a SigLIP, the only encoder whose memory is estimated`,
    );
  }
  const [e, i] = [size(config, 'hidden_size'), size(config, 'intermediate_size')];
  const [image, patch] = [size(config, 'image_size'), size(config, 'patch_size')];
  const gridSize = Math.floor(image / patch);
  return {
    hiddenSize: e,
    intermediateSize: i,
    layers: size(config, 'num_hidden_layers'),
    heads: size(config, 'num_attention_heads'),
    keyValueHeads: size(config, 'num_attention_heads'),
    vocabulary: 0,
    tiedEmbeddings: true,
    gated: false,
    biasesPerLayer: 4 * e + i + e + 4 * e, // attention, feed-forward, two norms
    otherParameters: 3 * patch * patch * e + e + gridSize ** 2 * e + 2 * e,
    gridSize,
  };
}

function size(config: Config, field: string, fallback?: number): number {
  const value = config[field] ?? fallback;
  if (typeof value === 'number' && value > 0) return value;
  throw new ConfigError(`memory plan: field '${field}' is missing in the model's config.json`);
}
