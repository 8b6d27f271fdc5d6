import { ConfigError } from '@omnict/nn';

/** Sizes of a Qwen2 / Qwen2.5 decoder, as Hugging Face's config.json names them. */
export interface Qwen2Config {
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

/** Reads a config.json. @throws ConfigError naming the field that is missing or does not fit. */
export function parseQwen2Config(json: unknown, path: string): Qwen2Config {
  const source = (json ?? {}) as Record<string, unknown>;
  const fail = (field: string, expected: string): never => {
    throw new ConfigError(
      `${path}: field '${field}' does not fit; expected ${expected}, got ${JSON.stringify(source[field])}; check that the folder holds a Qwen2 model`,
    );
  };
  const integers = Object.fromEntries(
    Object.entries(INTEGERS).map(([property, field]) => {
      const value = source[field];
      const isSize = typeof value === 'number' && Number.isInteger(value) && value > 0;
      return [property, isSize ? value : fail(field, 'a positive integer')];
    }),
  ) as Record<keyof typeof INTEGERS, number>;
  if (integers.hiddenSize % (2 * integers.numAttentionHeads) !== 0) {
    fail('hidden_size', `a multiple of twice num_attention_heads (${integers.numAttentionHeads})`);
  }
  if (integers.numAttentionHeads % integers.numKeyValueHeads !== 0) {
    fail('num_key_value_heads', `a divisor of num_attention_heads (${integers.numAttentionHeads})`);
  }
  const number = (field: string, fallback: number): number => {
    const value = source[field] ?? fallback;
    return typeof value === 'number' ? value : fail(field, 'a number');
  };
  return {
    ...integers,
    ropeTheta: number('rope_theta', ropeParameters(source)['rope_theta'] ?? 10000), // Hugging Face's default
    rmsNormEps: number('rms_norm_eps', 1e-6), // Hugging Face's default
    tieWordEmbeddings: source['tie_word_embeddings'] === true,
  };
}

/** Where transformers 5 keeps what earlier releases wrote at the top. */
function ropeParameters(source: Readonly<Record<string, unknown>>): Record<string, number> {
  return (source['rope_parameters'] ?? {}) as Record<string, number>;
}

/** The config in Hugging Face's form. */
export function toHuggingFaceConfig(config: Qwen2Config): Record<string, unknown> {
  const integers = Object.entries(INTEGERS).map(([property, field]) => [
    field,
    config[property as keyof typeof INTEGERS],
  ]);
  return {
    model_type: 'qwen2',
    architectures: ['Qwen2ForCausalLM'],
    hidden_act: 'silu',
    torch_dtype: 'float32',
    ...(Object.fromEntries(integers) as Record<string, number>),
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.rmsNormEps,
    tie_word_embeddings: config.tieWordEmbeddings,
  };
}
