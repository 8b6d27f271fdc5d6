import {
  type DecoderConfig,
  DecoderConfigSource,
  parseDecoderConfig,
  requireRopeType,
  toHuggingFaceSizes,
} from '../decoder/decoder-config';

/** LongRoPE: frequencies divided by one set of factors in short contexts, by another in long ones. */
export interface LongRope {
  /** One per pair of turning dimensions. */
  shortFactor: readonly number[];
  longFactor: readonly number[];
  /** Longest short context, in tokens. */
  originalMaxPositionEmbeddings: number;
  /** On cosine and sine. */
  scale: number;
}

/** Sizes of a Phi-3 / Phi-4-mini decoder. */
export interface Phi3Config extends DecoderConfig {
  /** Share of each head's dimensions that turn with the position. */
  partialRotaryFactor: number;
  longRope?: LongRope | undefined;
}

/** Reads a config.json. @throws ConfigError naming the field; UnsupportedError for other scalings. */
export function parsePhi3Config(json: unknown, path: string): Phi3Config {
  const source = new DecoderConfigSource(json, path, 'Phi-3');
  const window = source.json['sliding_window'];
  const sizes = parseDecoderConfig(source);
  const partialRotaryFactor = source.number('partial_rotary_factor', 1);
  const config: Phi3Config = {
    ...sizes,
    partialRotaryFactor,
    ...(typeof window === 'number' ? { slidingWindow: window } : {}),
  };
  if (turningDimensions(config) % 2 !== 0) {
    source.fail('partial_rotary_factor', 'a share that leaves an even number of dimensions');
  }
  requireRopeType(source, ['default', 'longrope', 'su']);
  return source.ropeType === 'default' ? config : { ...config, longRope: longRope(source, config) };
}

/** Dimensions of a head that turn. */
export function turningDimensions(config: Phi3Config): number {
  return Math.floor((config.hiddenSize / config.numAttentionHeads) * config.partialRotaryFactor);
}

function longRope(source: DecoderConfigSource, config: Phi3Config): LongRope {
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
    shortFactor: factors('short_factor'),
    longFactor: factors('long_factor'),
    originalMaxPositionEmbeddings: original,
    scale: source.number('attention_factor', scale),
  };
}

/** The config in Hugging Face's form. */
export function toHuggingFaceConfig(config: Phi3Config): Record<string, unknown> {
  const { longRope: rope, slidingWindow, partialRotaryFactor } = config;
  return {
    model_type: 'phi3',
    architectures: ['Phi3ForCausalLM'],
    ...toHuggingFaceSizes(config),
    partial_rotary_factor: partialRotaryFactor,
    sliding_window: slidingWindow ?? null,
    ...(rope === undefined
      ? {}
      : {
          original_max_position_embeddings: rope.originalMaxPositionEmbeddings,
          rope_scaling: {
            type: 'longrope',
            short_factor: rope.shortFactor,
            long_factor: rope.longFactor,
            attention_factor: rope.scale,
          },
        }),
  };
}
