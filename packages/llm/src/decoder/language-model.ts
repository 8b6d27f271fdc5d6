import type * as tf from '@tensorflow/tfjs-core';
import type { DecoderConfig } from './decoder-config';
import type { LayerCacheVariables, LayerKeyValues } from './key-value-cache';
import type { SequenceGroup } from './sequence-group';

/** How a forward pass is done. */
export interface ForwardOptions {
  /**
   * Whether the longest sequence exceeds the model's `shortContext`: models with two sets of positions
   * (LongRoPE) then take the other. Default: whether the longest padded one does.
   */
  isLong?: boolean | undefined;
  /** Keeps only the input of each layer for the way back, which computes the rest again. */
  recomputeLayers?: boolean | undefined;
}

/** Embedded sequences of several lengths, which may share beginnings. */
export interface GroupedInput extends ForwardOptions {
  /** float32 `[N, E]`: of each group the tokens of its prefix, then its own */
  embeddings: tf.Tensor2D;
  groups: readonly SequenceGroup[];
}

/** A batch of embedded sequences. */
export interface LanguageModelInput extends ForwardOptions {
  /** float32 `[B, T, E]`: text and visual tokens, in order */
  embeddings: tf.Tensor3D;
  /** int32 `[B, T]`: place of each token in its sequence, padding not counted */
  positions: tf.Tensor2D;
  /** int32 `[B, S]`: 1 for tokens, 0 for padding; S = T, or the cache's length when decoding */
  attentionMask: tf.Tensor2D;
  /** int32 `[B, Q]`: places in T whose output is wanted; the last layer computes no other. Default: all. */
  places?: tf.Tensor2D | undefined;
}

/** A causal decoder that starts from embeddings, so that visual tokens can stand among text. */
export interface LanguageModel {
  readonly config: DecoderConfig;
  /** E */
  readonly hiddenSize: number;
  /** V */
  readonly vocabularySize: number;
  /** Longest sequence it was made for. */
  readonly maxPositions: number;
  /** Longest sequence with the first set of positions; infinite for models that have one. */
  readonly shortContext: number;
  /** Token embeddings. @param ids int32 `[B, T]` @returns float32 `[B, T, E]` */
  embed(ids: tf.Tensor2D): tf.Tensor3D;
  /**
   * Final hidden states of the places wanted, `[B, Q, E]` (T where Q is not given), and the input of the
   * first layer and output of each.
   */
  forward(input: LanguageModelInput): { hidden: tf.Tensor3D; layers: tf.Tensor3D[] };
  /**
   * The same for groups of sequences. A prefix is computed once for all sequences that begin with it; the
   * last layer computes only the places wanted, and never those of a prefix.
   *
   * @returns final hidden states of the wanted places of all groups, `[M, E]`; input and output of the
   *   layers, `[N, E]`, the last `[M, E]`; keys and values of each layer, none with `recomputeLayers`
   */
  forwardGroups(input: GroupedInput): {
    hidden: tf.Tensor2D;
    layers: tf.Tensor2D[];
    keyValues: LayerKeyValues[];
  };
  /**
   * One more token per sequence (T = 1), whose keys and values are written into the cache.
   *
   * `past` has the cache, `[B, g, S, d]` per layer, and the place in it where the token goes, int32.
   */
  decode(
    input: LanguageModelInput,
    past: { cache: readonly LayerCacheVariables[]; place: tf.Scalar },
  ): tf.Tensor3D;
  /** An empty cache for `batch` sequences of at most `positions` tokens. */
  createCache(batch: number, positions: number): LayerCacheVariables[];
  /** Scores over the vocabulary. @param hidden float32 `[N, E]` @returns float32 `[N, V]` */
  logits(hidden: tf.Tensor2D): tf.Tensor2D;
  /** config.json of its checkpoint. */
  huggingFaceConfig(): Record<string, unknown>;
  parameterCount(): number;
  namedParameters(prefix?: string): Map<string, tf.Variable>;
  dispose(): void;
}
