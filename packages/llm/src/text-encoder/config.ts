import { type ActivationName, isActivationName } from '@omnict/nn';
import { ConfigError } from '@omnict/core';

/** Sizes of a BERT or RoBERTa encoder, as Hugging Face's config.json names them. */
export interface TextEncoderConfig {
  /** RoBERTa counts positions from its padding id on, and pools differently. */
  family: 'bert' | 'roberta';
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  maxPositionEmbeddings: number;
  typeVocabSize: number;
  hiddenAct: ActivationName;
  layerNormEps: number;
  padTokenId: number;
  /** Labels of a sequence classifier, in order of its outputs; none for a bare encoder. */
  labels: readonly string[];
}

const SIZES = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  numHiddenLayers: 'num_hidden_layers',
  numAttentionHeads: 'num_attention_heads',
  maxPositionEmbeddings: 'max_position_embeddings',
  typeVocabSize: 'type_vocab_size',
} as const;

/** Reads a config.json. @throws ConfigError naming the field. */
export function parseTextEncoderConfig(json: unknown, path: string): TextEncoderConfig {
  const source = (json ?? {}) as Record<string, unknown>;
  const fail = (field: string, expected: string): never => {
    throw new ConfigError(
      `${path}: field '${field}' does not fit a text encoder; expected ${expected}, got ${JSON.stringify(source[field])}; check that the folder holds a BERT or RoBERTa model`,
    );
  };
  const family = source['model_type'];
  if (family !== 'bert' && family !== 'roberta') return fail('model_type', 'bert or roberta');
  const hiddenAct = source['hidden_act'] ?? 'gelu';
  const positions = source['position_embedding_type'] ?? 'absolute';
  if (positions !== 'absolute') fail('position_embedding_type', 'absolute');
  const sizes = Object.fromEntries(
    Object.entries(SIZES).map(([property, field]) => {
      const value = source[field];
      const isSize = typeof value === 'number' && Number.isInteger(value) && value > 0;
      return [property, isSize ? value : fail(field, 'a positive integer')];
    }),
  ) as Record<keyof typeof SIZES, number>;
  if (sizes.hiddenSize % sizes.numAttentionHeads !== 0) {
    fail('hidden_size', `a multiple of num_attention_heads (${sizes.numAttentionHeads})`);
  }
  const number = (field: string, fallback: number): number => {
    const value = source[field] ?? fallback;
    return typeof value === 'number' ? value : fail(field, 'a number');
  };
  const architectures = source['architectures'];
  const isClassifier = JSON.stringify(architectures ?? []).includes('ForSequenceClassification');
  return {
    family,
    ...sizes,
    hiddenAct: isActivationName(hiddenAct) ? hiddenAct : fail('hidden_act', 'an activation'),
    layerNormEps: number('layer_norm_eps', 1e-12),
    padTokenId: number('pad_token_id', family === 'bert' ? 0 : 1),
    labels: isClassifier ? labelsOf(source['id2label']) : [],
  };
}

/** Absent for two labels: Hugging Face's default. */
function labelsOf(id2label: unknown): string[] {
  if (typeof id2label !== 'object' || id2label === null) return ['LABEL_0', 'LABEL_1'];
  return Object.entries(id2label as Record<string, string>)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => label);
}

/** Tokens of the longest text, special ones included: RoBERTa leaves positions up to its padding id unused. */
export function longestText(config: TextEncoderConfig): number {
  const { family, maxPositionEmbeddings, padTokenId } = config;
  return maxPositionEmbeddings - (family === 'roberta' ? padTokenId + 1 : 0);
}
