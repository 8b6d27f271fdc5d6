import { type ActivationName, isActivationName } from '@omnict/nn';
import type { DecoderConfigSource } from './decoder-config-source';
import {
  parseRotaryScaling,
  type RotaryScaling,
  rotaryToHuggingFace,
  turningDimensions,
} from './rotary-scaling';

/** Sizes that all decoders have, as Hugging Face's config.json names them. */
export interface DecoderConfig {
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Fewer than attention heads: grouped-query attention. */
  numKeyValueHeads: number;
  /** d: usually hiddenSize / numAttentionHeads. */
  headSize: number;
  maxPositionEmbeddings: number;
  ropeTheta: number;
  /** Share of each head's dimensions that turn with the position. Default 1. */
  partialRotaryFactor?: number | undefined;
  /** How the context was extended; undefined when it was not. */
  rotaryScaling?: RotaryScaling | undefined;
  rmsNormEps: number;
  /** Of the feed-forward network. Default silu. */
  hiddenAct?: ActivationName | undefined;
  tieWordEmbeddings: boolean;
  /** Tokens back that a token attends to; undefined for all. */
  slidingWindow?: number | undefined;
  /** Layers that the window applies to, by index. Default: all. */
  slidingLayers?: readonly number[] | undefined;
}

const INTEGERS = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numHiddenLayers: 'num_hidden_layers',
  numAttentionHeads: 'num_attention_heads',
  numKeyValueHeads: 'num_key_value_heads',
  headSize: 'head_dim',
  maxPositionEmbeddings: 'max_position_embeddings',
} as const;

/**
 * Reads what all decoders have.
 *
 * @throws ConfigError naming the field that is missing or does not fit; UnsupportedError for rotary
 *   scalings other than those of `parseRotaryScaling`
 */
export function parseDecoderConfig(source: DecoderConfigSource): DecoderConfig {
  const { json } = source;
  const integers = parseIntegers(source);
  const hiddenAct = json['hidden_act'] ?? 'silu';
  const config: DecoderConfig = {
    ...integers,
    ropeTheta: source.number('rope_theta', 10000), // Hugging Face's default
    partialRotaryFactor: source.number('partial_rotary_factor', 1),
    rmsNormEps: source.number('rms_norm_eps', 1e-6), // Hugging Face's default
    hiddenAct: isActivationName(hiddenAct) ? hiddenAct : source.fail('hidden_act', 'an activation'),
    tieWordEmbeddings: json['tie_word_embeddings'] === true,
  };
  if (turningDimensions(config) % 2 !== 0) {
    source.fail('partial_rotary_factor', 'a share that leaves an even number of dimensions');
  }
  return { ...config, rotaryScaling: parseRotaryScaling(source, config) };
}

function parseIntegers(source: DecoderConfigSource): Record<keyof typeof INTEGERS, number> {
  const { json } = source;
  const { hidden_size: hiddenSize, num_attention_heads: heads } = json;
  const present = Object.entries(json).filter(([, value]) => value !== null);
  const sizes: Readonly<Record<string, unknown>> = {
    num_key_value_heads: heads,
    head_dim: Number(hiddenSize) / Number(heads),
    ...(Object.fromEntries(present) as Record<string, unknown>),
  };
  const integers = Object.fromEntries(
    Object.entries(INTEGERS).map(([property, field]) => {
      const value = sizes[field];
      const isSize = typeof value === 'number' && Number.isInteger(value) && value > 0;
      if (isSize) return [property, value];
      const given = json['head_dim'] ?? undefined;
      return field === 'head_dim' && given === undefined
        ? source.fail('hidden_size', `a multiple of num_attention_heads (${String(heads)})`)
        : source.fail(field, 'a positive integer');
    }),
  ) as Record<keyof typeof INTEGERS, number>;
  if (integers.numAttentionHeads % integers.numKeyValueHeads !== 0) {
    source.fail(
      'num_key_value_heads',
      `a divisor of num_attention_heads (${integers.numAttentionHeads})`,
    );
  }
  return integers;
}

/** Window of a layer, infinite when it attends to all. */
export function windowOf({ slidingWindow, slidingLayers }: DecoderConfig, layer: number): number {
  const hasWindow = slidingLayers === undefined || slidingLayers.includes(layer);
  return hasWindow ? (slidingWindow ?? Infinity) : Infinity;
}

/** What all decoders have, in Hugging Face's form. */
export function toHuggingFaceSizes(config: DecoderConfig): Record<string, unknown> {
  const integers = Object.entries(INTEGERS).map(([property, field]) => [
    field,
    config[property as keyof typeof INTEGERS],
  ]);
  return {
    hidden_act: config.hiddenAct ?? 'silu',
    torch_dtype: 'float32',
    ...(Object.fromEntries(integers) as Record<string, number>),
    rope_theta: config.ropeTheta,
    ...rotaryToHuggingFace(config),
    rms_norm_eps: config.rmsNormEps,
    tie_word_embeddings: config.tieWordEmbeddings,
  };
}
