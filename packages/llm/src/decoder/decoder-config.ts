import { ConfigError, rotaryFrequencies, type RotaryScheme, UnsupportedError } from '@omnict/nn';

/** Sizes that all decoders have, as Hugging Face's config.json names them. */
export interface DecoderConfig {
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Fewer than attention heads: grouped-query attention. */
  numKeyValueHeads: number;
  maxPositionEmbeddings: number;
  ropeTheta: number;
  rmsNormEps: number;
  tieWordEmbeddings: boolean;
  /** Tokens back that a token attends to; undefined for all. */
  slidingWindow?: number | undefined;
}

const INTEGERS = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numHiddenLayers: 'num_hidden_layers',
  numAttentionHeads: 'num_attention_heads',
  numKeyValueHeads: 'num_key_value_heads',
  maxPositionEmbeddings: 'max_position_embeddings',
} as const;

/** A config.json that is being read. */
export class DecoderConfigSource {
  readonly json: Readonly<Record<string, unknown>>;
  /** Rotary settings; transformers 5 keeps here what earlier releases wrote at the top. */
  readonly rope: Readonly<Record<string, unknown>>;

  constructor(
    json: unknown,
    readonly path: string,
    private readonly family: string,
  ) {
    this.json = (json ?? {}) as Record<string, unknown>;
    const nested = this.json['rope_parameters'] ?? this.json['rope_scaling'];
    this.rope = { ...this.json, ...(nested as Record<string, unknown> | null | undefined) };
  }

  /** Kind of rotary scaling: `default`, `longrope`, ... */
  get ropeType(): string {
    const type = this.rope['rope_type'] ?? this.rope['type'] ?? 'default';
    return typeof type === 'string' ? type : this.fail('rope_type', 'a name');
  }

  number(field: string, fallback: number): number {
    const value = this.rope[field] ?? fallback;
    return typeof value === 'number' ? value : this.fail(field, 'a number');
  }

  /** @throws ConfigError naming file and field. */
  fail(field: string, expected: string): never {
    throw new ConfigError(
      `${this.path}: field '${field}' does not fit; expected ${expected}, got ${JSON.stringify(this.rope[field])}; check that the folder holds a ${this.family} model`,
    );
  }
}

/** Reads the common sizes. @throws ConfigError naming the field that is missing or does not fit. */
export function parseDecoderConfig(source: DecoderConfigSource): DecoderConfig {
  const { json } = source;
  const keyValueDefault = { num_key_value_heads: json['num_attention_heads'] };
  const sizes: Readonly<Record<string, unknown>> = { ...keyValueDefault, ...json };
  const integers = Object.fromEntries(
    Object.entries(INTEGERS).map(([property, field]) => {
      const value = sizes[field];
      const isSize = typeof value === 'number' && Number.isInteger(value) && value > 0;
      return [property, isSize ? value : source.fail(field, 'a positive integer')];
    }),
  ) as Record<keyof typeof INTEGERS, number>;
  if (integers.hiddenSize % (2 * integers.numAttentionHeads) !== 0) {
    source.fail(
      'hidden_size',
      `a multiple of twice num_attention_heads (${integers.numAttentionHeads})`,
    );
  }
  if (integers.numAttentionHeads % integers.numKeyValueHeads !== 0) {
    source.fail(
      'num_key_value_heads',
      `a divisor of num_attention_heads (${integers.numAttentionHeads})`,
    );
  }
  return {
    ...integers,
    ropeTheta: source.number('rope_theta', 10000), // Hugging Face's default
    rmsNormEps: source.number('rms_norm_eps', 1e-6), // Hugging Face's default
    tieWordEmbeddings: json['tie_word_embeddings'] === true,
  };
}

/** Refuses rotary scalings that are not implemented, rather than give wrong positions. */
export function requireRopeType(source: DecoderConfigSource, known: readonly string[]): void {
  if (known.includes(source.ropeType)) return;
  throw new UnsupportedError(
    `${source.path}: rotary scaling '${source.ropeType}' is not supported; expected ${known.join(' or ')}; remove rope_scaling to use the model within its original context`,
  );
}

/** The common sizes in Hugging Face's form. */
export function toHuggingFaceSizes(config: DecoderConfig): Record<string, unknown> {
  const integers = Object.entries(INTEGERS).map(([property, field]) => [
    field,
    config[property as keyof typeof INTEGERS],
  ]);
  return {
    hidden_act: 'silu',
    torch_dtype: 'float32',
    ...(Object.fromEntries(integers) as Record<string, number>),
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.rmsNormEps,
    tie_word_embeddings: config.tieWordEmbeddings,
  };
}

/** Rotary positions without scaling. */
export function defaultRotary({
  hiddenSize,
  numAttentionHeads,
  ropeTheta,
}: DecoderConfig): RotaryScheme {
  return { frequencies: rotaryFrequencies(hiddenSize / numAttentionHeads, ropeTheta), scale: 1 };
}
