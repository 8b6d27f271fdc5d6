import { rotaryFrequencies, type RotaryScheme } from '@omnict/nn';
import { UnsupportedError } from '@omnict/core';
import type { DecoderConfig } from './decoder-config';
import { type DecoderConfigSource } from './decoder-config-source';

/** All frequencies divided by one factor: positional interpolation. @see https://arxiv.org/abs/2306.15595 */
export interface LinearScaling {
  kind: 'linear';
  factor: number;
}

/** YaRN: slow frequencies are divided, fast ones kept. @see https://arxiv.org/abs/2309.00071 */
export interface YarnScaling {
  kind: 'yarn';
  factor: number;
  originalMaxPositionEmbeddings: number;
  /** Turns within the original context above which a frequency is kept, below which it is divided. */
  betaFast: number;
  betaSlow: number;
  /** Whether the bounds between the two are rounded to whole dimensions. */
  truncate: boolean;
  /** On cosine and sine. */
  scale: number;
}

/**
 * LongRoPE: frequencies divided by one set of factors in short contexts, by another in long ones.
 *
 * @see https://arxiv.org/abs/2402.13753
 */
export interface LongRope {
  kind: 'longrope';
  /** One per pair of turning dimensions. */
  shortFactor: readonly number[];
  longFactor: readonly number[];
  /** Longest short context, in tokens. */
  originalMaxPositionEmbeddings: number;
  /** On cosine and sine. */
  scale: number;
}

/** How a model's context was extended beyond that of its first training. */
export type RotaryScaling = LinearScaling | YarnScaling | LongRope;

/** Dimensions of a head that turn with the position. */
export function turningDimensions({ headSize, partialRotaryFactor = 1 }: DecoderConfig): number {
  return Math.floor(headSize * partialRotaryFactor);
}

/** Rotary positions of a model. @param isLong whether the longest sequence exceeds LongRoPE's short context */
export function rotarySchemeOf(config: DecoderConfig, isLong: boolean): RotaryScheme {
  const frequencies = rotaryFrequencies(turningDimensions(config), config.ropeTheta);
  const scaling = config.rotaryScaling;
  switch (scaling?.kind) {
    case undefined:
      return { frequencies, scale: 1 };
    case 'linear':
      return { frequencies: frequencies.map((frequency) => frequency / scaling.factor), scale: 1 };
    case 'yarn':
      return { frequencies: yarnFrequencies(frequencies, config, scaling), scale: scaling.scale };
    case 'longrope': {
      const factors = isLong ? scaling.longFactor : scaling.shortFactor;
      return {
        frequencies: frequencies.map((frequency, i) => frequency / (factors[i] as number)),
        scale: scaling.scale,
      };
    }
  }
}

function yarnFrequencies(
  frequencies: Float32Array,
  config: DecoderConfig,
  scaling: YarnScaling,
): Float32Array {
  const size = turningDimensions(config);
  /** Pair of dimensions that makes this many turns within the original context. */
  const pairOf = (turns: number): number =>
    (size * Math.log(scaling.originalMaxPositionEmbeddings / (turns * 2 * Math.PI))) /
    (2 * Math.log(config.ropeTheta));
  const [first, last] = [pairOf(scaling.betaFast), pairOf(scaling.betaSlow)];
  const begin = Math.max(scaling.truncate ? Math.floor(first) : first, 0);
  const end = Math.min(scaling.truncate ? Math.ceil(last) : last, size - 1);
  const width = begin === end ? 0.001 : end - begin;
  return frequencies.map((frequency, i) => {
    const divided = Math.min(Math.max((i - begin) / width, 0), 1);
    return (frequency / scaling.factor) * divided + frequency * (1 - divided);
  });
}

/**
 * Reads how the context was extended. @returns undefined when it was not
 *
 * @throws ConfigError naming the field; UnsupportedError for other scalings
 */
export function parseRotaryScaling(
  source: DecoderConfigSource,
  config: DecoderConfig,
): RotaryScaling | undefined {
  switch (source.ropeType) {
    case 'default':
      return undefined;
    case 'linear':
      return { kind: 'linear', factor: source.positive('factor') };
    case 'yarn':
      return parseYarn(source, config);
    case 'longrope':
    case 'su': // the name Phi-3's first release gave it
      return parseLongRope(source, config);
    default:
      throw new UnsupportedError(
        `${source.path}: rotary scaling '${source.ropeType}' is not supported; expected default, linear, yarn or longrope; remove rope_scaling to use the model within its original context`,
      );
  }
}

function parseYarn(source: DecoderConfigSource, config: DecoderConfig): YarnScaling {
  const { maxPositionEmbeddings } = config;
  const original = source.positive('original_max_position_embeddings', maxPositionEmbeddings);
  const factor = source.positive('factor', maxPositionEmbeddings / original);
  const [all, one] = [source.number('mscale_all_dim', 0), source.number('mscale', 0)];
  const attention = (weight: number): number =>
    factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1; // Sec. 3.4
  return {
    kind: 'yarn',
    factor,
    originalMaxPositionEmbeddings: original,
    betaFast: source.number('beta_fast', 32),
    betaSlow: source.number('beta_slow', 1),
    truncate: source.rope['truncate'] !== false,
    scale: source.number(
      'attention_factor',
      all !== 0 && one !== 0 ? attention(one) / attention(all) : attention(1),
    ),
  };
}

function parseLongRope(source: DecoderConfigSource, config: DecoderConfig): LongRope {
  const pairs = turningDimensions(config) / 2;
  const factors = (field: string): number[] => {
    const value = source.rope[field];
    const isFactors =
      Array.isArray(value) &&
      value.length === pairs &&
      value.every((factor) => typeof factor === 'number' && factor > 0);
    return isFactors ? (value as number[]) : source.fail(field, `${pairs} positive numbers`);
  };
  const original = source.number('original_max_position_embeddings', NaN);
  if (!(original > 1)) source.fail('original_max_position_embeddings', 'a number above 1');
  const extension = source.number('factor', config.maxPositionEmbeddings / original);
  // Keeps the entropy of attention over more positions; see the paper's Sec. 3.3.
  const scale = extension <= 1 ? 1 : Math.sqrt(1 + Math.log(extension) / Math.log(original));
  return {
    kind: 'longrope',
    shortFactor: factors('short_factor'),
    longFactor: factors('long_factor'),
    originalMaxPositionEmbeddings: original,
    scale: source.number('attention_factor', scale),
  };
}

/** The scaling in Hugging Face's form. */
export function rotaryToHuggingFace({ rotaryScaling }: DecoderConfig): Record<string, unknown> {
  switch (rotaryScaling?.kind) {
    case undefined:
      return {};
    case 'linear':
      return { rope_scaling: { type: 'linear', factor: rotaryScaling.factor } };
    case 'yarn': {
      const { factor, betaFast, betaSlow, truncate, scale } = rotaryScaling;
      return {
        rope_scaling: {
          type: 'yarn',
          factor,
          original_max_position_embeddings: rotaryScaling.originalMaxPositionEmbeddings,
          beta_fast: betaFast,
          beta_slow: betaSlow,
          truncate,
          attention_factor: scale,
        },
      };
    }
    case 'longrope':
      return {
        original_max_position_embeddings: rotaryScaling.originalMaxPositionEmbeddings,
        rope_scaling: {
          type: 'longrope',
          short_factor: rotaryScaling.shortFactor,
          long_factor: rotaryScaling.longFactor,
          attention_factor: rotaryScaling.scale,
        },
      };
  }
}
